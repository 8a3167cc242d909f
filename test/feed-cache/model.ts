import fc from "fast-check";

import type { BucketEvent, Cell } from "../../core/feed/cache/port.ts";
import type { FeedCache } from "../../core/feed/cache/service.ts";
import type { FeedPage } from "../../core/feed/schemas.ts";
import type { Id } from "../../core/ids.ts";
import { ok } from "../../core/result.ts";
import { ASSOC, AUDIENCES } from "../../core/tao/registry.ts";
import type { FeedCacheStubs } from "../../platform/feed-cache-stubs.ts";
import { oraclePages } from "../fakes/feed-oracle.ts";
import { type Act, anything, befriending, Walk } from "../fakes/feed-walk.ts";
import { type FeedWorld, idsOf } from "../fakes/feed-world.ts";
import { REGION } from "./drivers.ts";

/** What happens to a feed cache while people act and read. */
type Step =
  | { readonly act: "world"; readonly what: Act; readonly spread: "push" | "announce" }
  | { readonly act: "read"; readonly holdsPut: boolean }
  | { readonly act: "wait"; readonly ms: number }
  | { readonly act: "again"; readonly of: number }
  | { readonly act: "fault"; readonly of: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      act: fc.constant("world" as const),
      what: anything,
      spread: fc.constantFrom("push" as const, "announce" as const),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({ act: fc.constant("read" as const), holdsPut: fc.boolean() }),
    weight: 5,
  },
  {
    arbitrary: fc.record({
      act: fc.constant("wait" as const),
      ms: fc.constantFrom(1, 900, 20_000, 70_000, 290_000),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ act: fc.constant("again" as const), of: fc.nat() }), weight: 1 },
  { arbitrary: fc.record({ act: fc.constant("fault" as const), of: fc.nat() }), weight: 1 },
);

export const histories = fc.record({
  before: fc.array(anything, { maxLength: 20 }),
  bonds: fc.array(befriending, { maxLength: 6 }),
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
  limit: fc.integer({ min: 3, max: 50 }),
});
export type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

export interface Subject {
  readonly start: (world: FeedWorld) => Promise<FeedCacheStubs>;
  /** Breaks something that may break. */
  readonly fault: (of: number) => Promise<void>;
}

/**
 * People act, fan-out tells of it, readers read: every page must be what a brute-force oracle says of
 * the graph as it is now. @returns how many pages came from the cache.
 */
export async function follow(
  { before, bonds, steps, limit }: History,
  { start, fault }: Subject,
  equals: (page: readonly string[], expected: readonly string[]) => void,
): Promise<number> {
  const walk = new Walk();
  const { world } = walk;
  await walk.start(before, bonds);
  const { cache, sink } = await start(world);
  const puts: (() => Promise<void>)[] = [];
  world.cache = withHeldPuts(cache, puts);
  const putAll = async () => {
    for (const put of puts.splice(0)) await put();
  };
  const told: (readonly BucketEvent[])[] = [];
  const tell = async (events: readonly BucketEvent[]) => {
    const answer = await sink.apply(REGION, 0, events);
    if (!answer.ok) throw new Error(`not told: ${answer.error.code}`);
    told.push(events);
  };
  let hits = 0;
  for (const one of steps) {
    if (one.act === "world") {
      const was = stateOf(world, walk.people);
      await walk.do(one.what);
      await tell(changesBetween(world, was, stateOf(world, walk.people), one.spread));
    } else if (one.act === "wait") {
      await putAll();
      world.nowMs += one.ms;
    } else if (one.act === "again") {
      const earlier = told[one.of % Math.max(1, told.length)];
      if (earlier !== undefined) await tell(earlier);
    } else if (one.act === "fault") {
      await fault(one.of);
    } else {
      const page: FeedPage = await world.home(walk.viewer, { limit });
      await world.settled();
      if (!one.holdsPut) await putAll();
      equals(idsOf(page), oraclePages(walk.rows(), limit)[0] ?? []);
      hits += Number(page.calls === 1);
    }
  }
  return hits;
}

/** Puts wait until the test lets them: things happen between a build and its put. */
const withHeldPuts = (cache: FeedCache, held: (() => Promise<void>)[]): FeedCache => ({
  page: cache.page,
  newSince: cache.newSince,
  own: cache.own,
  scores: cache.scores,
  put: async (...args) => {
    held.push(async () => void (await cache.put(...args)));
    return ok(true);
  },
});

interface State {
  readonly posts: ReadonlyMap<Id, { readonly author: Id; readonly audience: string }>;
  /** All relations of each person that decide what they see. */
  readonly relations: ReadonlyMap<Id, string>;
}

const RELATIONS = [ASSOC.follows, ASSOC.friends, ASSOC.blocks, ASSOC.blockedBy, ASSOC.mutes];

function stateOf({ graph }: FeedWorld, people: readonly string[]): State {
  const ids = people.map((text) => BigInt(text) as Id);
  const posts = ids.flatMap((author) =>
    graph.list(author, ASSOC.authored).flatMap(({ id2 }) => {
      const post = graph.object(id2);
      if (post === null) return [];
      const { audience } = JSON.parse(post.data) as { audience: string };
      return [[id2, { author, audience }] as const];
    }),
  );
  const relations = ids.map((person) => {
    const lists = RELATIONS.map((atype) =>
      graph
        .list(person, atype)
        .map(({ id2 }) => id2)
        .join(),
    );
    return [person, lists.join("|")] as const;
  });
  return { posts: new Map(posts), relations: new Map(relations) };
}

/** What fan-out says of a change of the graph. */
function changesBetween(
  { graph, nowMs }: FeedWorld,
  was: State,
  is: State,
  spread: "push" | "announce",
): BucketEvent[] {
  const at = { epoch: 1, seq: graph.seq };
  const cellOf = (id: Id, author: Id): Cell => ({
    id,
    author,
    post: graph.object(id)?.data ?? "",
    user: graph.object(author)?.data ?? "",
    reactions: 0,
    comments: 0,
    reposts: 0,
  });
  const arrived = (id: Id, author: Id): BucketEvent => {
    const { repostOf, quoteOf } = JSON.parse(graph.object(id)?.data ?? "{}") as Payload;
    const inner = repostOf ?? quoteOf;
    const original = inner === undefined ? undefined : (BigInt(inner) as Id);
    const of = original === undefined ? undefined : is.posts.get(original);
    const pushed = {
      cell: cellOf(id, author),
      timeMs: graph.list(author, ASSOC.authored).find(({ id2 }) => id2 === id)?.timeMs ?? nowMs,
      original: original === undefined || of === undefined ? null : cellOf(original, of.author),
    };
    if (spread === "announce") return { kind: "announce", pushed };
    return { kind: "push", pushed, viewers: [...is.relations.keys()] };
  };
  const events: BucketEvent[] = [];
  let isWider = false;
  for (const [id, { author, audience }] of is.posts) {
    const known = was.posts.get(id);
    if (known === undefined) events.push(arrived(id, author));
    else if (known.audience !== audience) {
      const [before, rank] = [rankOf(known.audience), rankOf(audience)];
      events.push({ kind: "revoke", post: id, audience: rank, at });
      isWider ||= rank < before;
    }
  }
  for (const id of was.posts.keys())
    if (!is.posts.has(id)) events.push({ kind: "revoke", post: id });
  const changed = [...is.relations].filter(([id, lists]) => was.relations.get(id) !== lists);
  // What some may see for the first time need not come into entries that are there: it may be old.
  const viewers = isWider ? [...is.relations.keys()] : changed.map(([id]) => id);
  if (viewers.length > 0) events.push({ kind: "forget", viewers, at });
  return events;
}

const rankOf = (audience: string): number => AUDIENCES.findIndex((one) => one === audience);

interface Payload {
  readonly repostOf?: string;
  readonly quoteOf?: string;
}
