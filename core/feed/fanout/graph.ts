import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { err, ok, type Result } from "../../result.ts";
import { ASSOC, AUDIENCES, OBJECT } from "../../tao/registry.ts";
import type { ReadRequest, ReadResponse } from "../../tao/service.ts";
import { type PhysicalShard, physicalShardOf, type ShardMap } from "../../tao/shard-map.ts";
import type { AssocType, ListCursor, Read, ReadResult } from "../../tao/types.ts";
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
}

/** What fan-out reads of the graph. */
export class FanoutGraph {
  readonly #ports: FanoutGraphPorts;

  constructor(ports: FanoutGraphPorts) {
    this.#ports = ports;
  }

  /** @returns null when the post or its author is gone. */
  async spread(post: Id, author: Id, timeMs: number): Promise<Result<Spread | null, Failure>> {
    const [cell, lengths] = await Promise.all([
      this.#cell(post, author),
      this.#read([count(author, ASSOC.followedBy), count(author, ASSOC.friends)]),
    ]);
    if (!cell.ok) return cell;
    if (!lengths.ok) return lengths;
    if (cell.value === null) return ok(null);
    const { payload } = storedPost(post, cell.value.post, NO_COUNTS);
    const embedded = payload.repostOf ?? payload.quoteOf;
    const original = embedded === undefined ? ok(null) : await this.#original(toId(embedded));
    if (!original.ok) return original;
    const [followers, friends] = lengths.value.map(lengthOf);
    return ok({
      pushed: { cell: cell.value, timeMs, original: original.value },
      audience: AUDIENCES.indexOf(payload.audience),
      followers: followers ?? 0,
      friends: friends ?? 0,
    });
  }

  /** Everybody in one of the author's lists. */
  async everyone(
    author: Id,
    list: "followers" | "friends",
  ): Promise<Result<readonly Id[], Failure>> {
    const atype = list === "followers" ? ASSOC.followedBy : ASSOC.friends;
    const readers: Id[] = [];
    for (let after: ListCursor | null = null; ;) {
      const read: Read = {
        op: "assocRange",
        id1: author,
        atype,
        after,
        limit: LIMITS.listEntriesMax,
      };
      const page: Result<readonly ReadResult[], Failure> = await this.#read([read]);
      if (!page.ok) return page;
      const [found] = page.value;
      if (found?.op !== "assocRange") return ok(readers);
      for (const { id2 } of found.assocs) readers.push(id2);
      const last = found.assocs.at(-1);
      if (!found.more || last === undefined) return ok(readers);
      after = { timeMs: last.timeMs, id2: last.id2 };
    }
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
    const found = await this.#read([
      { op: "objGet", id: post },
      { op: "objGet", id: author },
      count(post, ASSOC.likedBy),
      count(post, ASSOC.comments),
      count(post, ASSOC.repostedBy),
    ]);
    if (!found.ok) return found;
    const [object, user, ...lengths] = found.value;
    const [reactions = 0, comments = 0, reposts = 0] = lengths.map(lengthOf);
    const [postText, userText] = [dataOf(object), dataOf(user)];
    if (postText === null || userText === null) return ok(null);
    return ok({ id: post, author, post: postText, user: userText, reactions, comments, reposts });
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

const NO_COUNTS = { reactions: 0, comments: 0, reposts: 0 };
const count = (id1: Id, atype: AssocType): Read => ({ op: "assocCount", id1, atype });
const lengthOf = (result: ReadResult): number => (result.op === "assocCount" ? result.count : 0);
const dataOf = (result: ReadResult | undefined): string | null =>
  result?.op === "objGet" ? (result.object?.data ?? null) : null;
