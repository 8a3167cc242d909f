import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { err, ok, type Result } from "../../result.ts";
import { ASSOC, AUDIENCES, OBJECT } from "../../tao/registry.ts";
import type { ReadRequest, ReadResponse } from "../../tao/service.ts";
import { type PhysicalShard, physicalShardOf, type ShardMap } from "../../tao/shard-map.ts";
import type { AssocType, Read, ReadResult } from "../../tao/types.ts";
import type { Cell, PushedPost } from "../cache/port.ts";
import { storedPost, toId } from "../views.ts";

export interface FanoutGraphPorts {
  readonly map: ShardMap;
  /** Leaders, never followers: who followed before the post was written must be in the list. */
  readonly leader: (shard: PhysicalShard) => {
    read(request: ReadRequest): Promise<Result<ReadResponse, Failure>>;
  };
}

/** A post that is about to be spread, as the graph has it now. */
export interface Spread {
  readonly pushed: PushedPost;
  /** Index into AUDIENCES. */
  readonly audience: number;
  readonly followers: number;
  readonly friends: number;
  /** Whoever is in these lists, where that is not many: they came with the post. */
  readonly few: Partial<Record<ReaderList, readonly Id[]>>;
}

export type ReaderList = "followers" | "friends";
const LISTS: Readonly<Record<ReaderList, AssocType>> = {
  followers: ASSOC.followedBy,
  friends: ASSOC.friends,
};

/** What fan-out reads of the graph. */
export class FanoutGraph {
  readonly #ports: FanoutGraphPorts;

  constructor(ports: FanoutGraphPorts) {
    this.#ports = ports;
  }

  /** @returns null when the post or its author is gone. */
  async spread(post: Id, author: Id, timeMs: number): Promise<Result<Spread | null, Failure>> {
    // All of it is on the author's shard: one call.
    const found = await this.#read([
      ...readsOfCell(post, author),
      count(author, ASSOC.followedBy),
      count(author, ASSOC.friends),
      firstPage(author, "followers", LIMITS.fanoutFewReaders),
      firstPage(author, "friends", LIMITS.fanoutFewReaders),
    ]);
    if (!found.ok) return found;
    const cell = cellOf(post, author, found.value);
    if (cell === null) return ok(null);
    const { payload } = storedPost(post, cell.post, NO_COUNTS);
    const embedded = payload.repostOf ?? payload.quoteOf;
    const original = embedded === undefined ? ok(null) : await this.#original(toId(embedded));
    if (!original.ok) return original;
    const [followers, friends, followersPage, friendsPage] = found.value.slice(CELL_READS);
    return ok({
      pushed: { cell, timeMs, original: original.value },
      audience: AUDIENCES.indexOf(payload.audience),
      followers: lengthOf(followers),
      friends: lengthOf(friends),
      few: { ...wholeList("followers", followersPage), ...wholeList("friends", friendsPage) },
    });
  }

  /** Everybody in any of these lists of the author's, each once; a page of every list in one call. */
  async everyone(
    author: Id,
    lists: readonly ReaderList[],
  ): Promise<Result<readonly Id[], Failure>> {
    const readers = new Set<Id>();
    let pages = lists.map((list) => firstPage(author, list, LIMITS.listEntriesMax));
    while (pages.length > 0) {
      const found = await this.#read(pages);
      if (!found.ok) return found;
      pages = pages.flatMap((page, place): Page[] => {
        const read = found.value[place];
        if (read?.op !== "assocRange") return [];
        for (const { id2 } of read.assocs) readers.add(id2);
        const last = read.assocs.at(-1);
        if (!read.more || last === undefined) return [];
        return [{ ...page, after: { timeMs: last.timeMs, id2: last.id2 } }];
      });
    }
    return ok([...readers]);
  }

  async #original(post: Id): Promise<Result<Cell | null, Failure>> {
    const found = await this.#read([{ op: "objGet", id: post }]);
    if (!found.ok) return found;
    const [result] = found.value;
    const object = result?.op === "objGet" ? result.object : null;
    if (object === null || object.otype !== OBJECT.post) return ok(null);
    return this.#cell(post, storedPost(post, object.data, NO_COUNTS).author);
  }

  async #cell(post: Id, author: Id): Promise<Result<Cell | null, Failure>> {
    const found = await this.#read(readsOfCell(post, author));
    return found.ok ? ok(cellOf(post, author, found.value)) : found;
  }

  /** One call per shard, answers in the order of the reads. */
  async #read(reads: readonly Read[]): Promise<Result<readonly ReadResult[], Failure>> {
    const shardOf = (read: Read) =>
      physicalShardOf(this.#ports.map, read.op === "objGet" ? read.id : read.id1);
    const groups = Map.groupBy(reads.entries(), ([, read]) => shardOf(read));
    const results: ReadResult[] = [];
    const failures = await Promise.all(
      [...groups].map(async ([shard, group]): Promise<Failure | null> => {
        const asked = group.map(([, read]) => read);
        const answer = await this.#ports.leader(shard).read({ reads: asked, atLeast: null });
        if (!answer.ok) return answer.error;
        for (const [place, [index]] of group.entries()) {
          const result = answer.value.results[place];
          if (result !== undefined) results[index] = result;
        }
        return null;
      }),
    );
    const failure = failures.find((candidate) => candidate !== null);
    return failure ? err(failure) : ok(results);
  }
}

type Page = Extract<Read, { op: "assocRange" }>;

const firstPage = (author: Id, list: ReaderList, limit: number): Page => ({
  op: "assocRange",
  id1: author,
  atype: LISTS[list],
  after: null,
  limit,
});

/** Nothing for a list that goes on. */
const wholeList = (list: ReaderList, read: ReadResult | undefined): Spread["few"] =>
  read?.op === "assocRange" && !read.more ? { [list]: read.assocs.map(({ id2 }) => id2) } : {};

const readsOfCell = (post: Id, author: Id): readonly Read[] => [
  { op: "objGet", id: post },
  { op: "objGet", id: author },
  count(post, ASSOC.likedBy),
  count(post, ASSOC.comments),
  count(post, ASSOC.repostedBy),
];
const CELL_READS = 5;

/** From the answers to `readsOfCell`, and whatever follows them. @returns null when either is gone. */
function cellOf(post: Id, author: Id, found: readonly ReadResult[]): Cell | null {
  const [object, user, ...lengths] = found;
  const [reactions = 0, comments = 0, reposts = 0] = lengths.map(lengthOf);
  const [postText, userText] = [dataOf(object), dataOf(user)];
  if (postText === null || userText === null) return null;
  return { id: post, author, post: postText, user: userText, reactions, comments, reposts };
}

const NO_COUNTS = { reactions: 0, comments: 0, reposts: 0 };
const count = (id1: Id, atype: AssocType): Read => ({ op: "assocCount", id1, atype });
const lengthOf = (result: ReadResult | undefined): number =>
  result?.op === "assocCount" ? result.count : 0;
const dataOf = (result: ReadResult | undefined): string | null =>
  result?.op === "objGet" ? (result.object?.data ?? null) : null;
