import { describe, it } from "vitest";

import { Bucket } from "../../../../core/feed/cache/bucket.ts";
import { encodeEvents } from "../../../../core/feed/cache/event-wire.ts";
import type { BucketEvent } from "../../../../core/feed/cache/port.ts";
import { encodeRecord, type EntryRecord } from "../../../../core/feed/cache/record.ts";
import type { PageWish } from "../../../../core/feed/cache/service.ts";
import type { FeedItem } from "../../../../core/feed/schemas.ts";
import { feedItemSchema } from "../../../../core/feed/schemas.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { id, type PostSpec, pushedOf, recordOf, standingFor } from "../../../fakes/feed-cells.ts";
import { MemoryRows } from "../../../fakes/memory-feed-cache.ts";
import { FIRST_PAGE } from "../../../fakes/first-page.ts";

const START_MS = 1_780_000_000_000;
const [ME, FRIEND, AUTHOR, STRANGER] = [id(1), id(2), id(3), id(4)];
const STANDING = standingFor(ME, { follows: new Set([AUTHOR]), friends: new Set([FRIEND]) });

/** A bucket at a time that a test moves. */
function bucketAt(rows = new MemoryRows(), bounds?: ConstructorParameters<typeof Bucket>[2]) {
  const world = { nowMs: START_MS, rows, bucket: new Bucket(rows, START_MS, bounds) };
  return {
    world,
    put: (posts: readonly PostSpec[], fields: Partial<EntryRecord> = {}) => {
      const known = { viewer: ME, builtMs: world.nowMs, standing: STANDING, ...fields };
      const chains = posts.map((post) => [post, null] as const);
      return world.bucket.put(encodeRecord(recordOf(known, chains)), world.nowMs);
    },
    apply: (...events: readonly BucketEvent[]) =>
      world.bucket.apply(encodeEvents(events), world.nowMs),
    page: (wish: Partial<PageWish> = {}) =>
      world.bucket.page(ME, { ...FIRST_PAGE, ...wish }, world.nowMs),
    items: (wish: Partial<PageWish> = {}): FeedItem[] | string => {
      const page = world.bucket.page(ME, { ...FIRST_PAGE, ...wish }, world.nowMs);
      return page.hit ? feedItemSchema.array().parse(JSON.parse(page.items)) : page.why;
    },
  };
}
const post = (n: number, author = AUTHOR, timeMs = START_MS + n): PostSpec => ({
  id: id(n),
  author,
  timeMs,
});
const idsOf = (items: FeedItem[] | string) =>
  typeof items === "string" ? items : items.map((item) => Number(item.id));

describe("an entry", () => {
  it("says where each post is from", ({ expect }) => {
    const { put, items } = bucketAt();
    put([post(30), post(20, FRIEND), post(10, ME)]);
    const found = items();
    if (typeof found === "string") throw new Error(found);
    expect(found.map(({ source }) => source)).toEqual(["followed", "friend", "own"]);
  });

  it("takes what is pushed in its place, once, and nothing below what it is complete for", ({
    expect,
  }) => {
    const { put, items, apply } = bucketAt();
    put([post(30), post(20)], { floor: { timeMs: START_MS + 20, id2: id(20) } });
    const wish = { limit: 2 };
    const push = (n: number) =>
      ({ kind: "push", pushed: pushedOf(post(n)), viewers: [ME] }) as const;
    apply(push(25), push(10), push(25));
    expect(idsOf(items({ limit: 3 }))).toEqual([30, 25, 20]);
    expect(idsOf(items(wish))).toEqual([30, 25]);
    expect(items({ limit: 4 })).toBe("below");
    apply({ kind: "announce", pushed: pushedOf(post(40)) });
    expect(idsOf(items(wish))).toEqual([40, 30]);
  });

  it("counts readers that were named, and those who have an entry", ({ expect }) => {
    const { put, apply, world } = bucketAt();
    put([]);
    const event = {
      kind: "push",
      pushed: pushedOf(post(5)),
      viewers: [ME, FRIEND, STRANGER],
    } as const;
    expect(apply(event)).toEqual({ named: 3, active: 1 });
    world.bucket = new Bucket(world.rows, world.nowMs);
    expect(apply(event)).toEqual({ named: 3, active: 1 });
    world.nowMs += LIMITS.feedCacheTtlMs;
    expect(apply(event)).toEqual({ named: 3, active: 0 });
  });

  it("is given up when somebody turns up whom its rules do not know", ({ expect }) => {
    const { put, items, apply } = bucketAt();
    const covers = new Set([AUTHOR, FRIEND]);
    put([post(10)], { standing: { ...STANDING, covers } });
    const quote = { ...post(20), quoteOf: id(7) };
    apply({ kind: "announce", pushed: pushedOf(quote, post(7, STRANGER)) });
    expect(items()).toBe("cold");
  });

  it("keeps its newest when it grows too long", ({ expect }) => {
    const { put, items, apply } = bucketAt();
    put([post(1)]);
    for (let n = 2; n <= LIMITS.feedEntryPostsMax + 1; n++)
      apply({ kind: "announce", pushed: pushedOf(post(n)) });
    const [newest] = idsOf(items({ limit: 1 })) as number[];
    expect(newest).toBe(LIMITS.feedEntryPostsMax + 1);
    const after = { timeMs: START_MS + 3, id2: id(3) };
    expect(idsOf(items({ after, limit: 1 }))).toEqual([2]);
    expect(items({ after, limit: 2 })).toBe("below");
  });

  it("that reflects a change of the viewer's shard outlives being told of it", ({ expect }) => {
    const { put, page, items, apply } = bucketAt();
    put([post(10)], { since: { epoch: 1, seq: 7 } });
    apply({ kind: "forget", viewers: [ME], at: { epoch: 1, seq: 7 } });
    expect(idsOf(items())).toEqual([10]);
    apply({ kind: "forget", viewers: [ME], at: { epoch: 1, seq: 8 } });
    expect(page()).toMatchObject({ hit: false, why: "cold", needs: { epoch: 1, seq: 8 } });
    expect(put([post(10)], { since: { epoch: 1, seq: 7 } })).toBe(false);
    expect(put([post(10)], { since: { epoch: 1, seq: 8 } })).toBe(true);
  });

  it("is not kept for a follower's TTL after a change whose place nobody knows", ({ expect }) => {
    const { put, apply, world } = bucketAt();
    apply({ kind: "forget", viewers: [ME] });
    world.nowMs += LIMITS.followerTtlMs;
    expect(put([])).toBe(false);
    world.nowMs += 1;
    expect(put([])).toBe(true);
  });

  it("is gone after a flush, in memory and in storage; what was told meanwhile is not", ({
    expect,
  }) => {
    const { put, items, apply, world } = bucketAt();
    put([post(10)]);
    apply({ kind: "push", pushed: pushedOf(post(20)), viewers: [ME] });
    world.bucket.flush();
    expect(items()).toBe("cold");
    world.bucket = new Bucket(world.rows, world.nowMs);
    expect(items()).toBe("cold");
    // As a follower that is behind would have it.
    put([post(10)]);
    expect(idsOf(items())).toEqual([20, 10]);
  });

  it("answers only clients whose writes it reflects", ({ expect }) => {
    const { put, items } = bucketAt();
    put([post(10)], { wrote: new Map([[3, { epoch: 2, seq: 5 }]]) });
    expect(idsOf(items())).toEqual([10]);
    expect(idsOf(items({ wrote: [[3, { epoch: 2, seq: 5 }]] }))).toEqual([10]);
    expect(items({ wrote: [[3, { epoch: 2, seq: 6 }]] })).toBe("void");
    expect(items({ wrote: [[4, { epoch: 1, seq: 1 }]] })).toBe("void");
  });
});

describe("a post", () => {
  it("that is deleted stays away, whatever comes late", ({ expect }) => {
    const { put, items, apply } = bucketAt();
    put([post(10)]);
    const at = (seq: number) => ({ epoch: 1, seq });
    apply({ kind: "revoke", post: id(20), at: at(9) });
    apply({ kind: "revoke", post: id(20), audience: 0, at: at(8) });
    apply({ kind: "push", pushed: pushedOf(post(20)), viewers: [ME] });
    expect(idsOf(items())).toEqual([10]);
    apply({ kind: "revoke", post: id(10), at: at(10) });
    expect(items()).toEqual([]);
  });

  it("for fewer people is shown to them alone; of two changes the later counts", ({ expect }) => {
    const { put, items, apply } = bucketAt();
    put([post(10), post(9, FRIEND)]);
    apply({ kind: "revoke", post: id(10), audience: 2, at: { epoch: 1, seq: 5 } });
    expect(idsOf(items())).toEqual([9]);
    apply({ kind: "revoke", post: id(10), audience: 1, at: { epoch: 1, seq: 4 } });
    expect(idsOf(items())).toEqual([9]);
    apply(
      { kind: "revoke", post: id(10), audience: 3, at: { epoch: 1, seq: 7 } },
      { kind: "revoke", post: id(10), audience: 0, at: { epoch: 1, seq: 6 } },
    );
    expect(idsOf(items())).toEqual([9]);
    apply({ kind: "revoke", post: id(9), audience: 2 });
    const found = items();
    expect(found).toMatchObject([{ id: "9", audience: "friends" }]);
  });

  it("has the counts that it was told last, also where they come in any order", ({ expect }) => {
    const { put, items, apply } = bucketAt();
    const count = (seq: number, n: number) =>
      ({ kind: "count", post: id(10), of: "comments", count: n, at: { epoch: 1, seq } }) as const;
    apply(count(5, 3));
    put([post(10)]);
    expect(items()).toMatchObject([{ counts: { comments: 3 } }]);
    apply(count(4, 2));
    expect(items()).toMatchObject([{ counts: { comments: 3 } }]);
    apply(count(6, 4));
    expect(items()).toMatchObject([{ counts: { comments: 4 } }]);
  });
});

describe("memory", () => {
  it("is bounded: what does not fit comes back from storage", ({ expect }) => {
    const bounds = { entriesBytes: 20_000, eventsBytes: 1_000_000 };
    const { put, items, world } = bucketAt(new MemoryRows(), bounds);
    put([post(10)]);
    for (let n = 100; n < 120; n++) {
      const viewer = id(n);
      put([post(11), post(12)], { viewer, standing: { ...STANDING, viewer } });
    }
    const { bytes, entries, stored } = world.bucket.stats();
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(entries).toBeLessThan(21);
    expect(stored).toBe(21);
    expect(idsOf(items())).toEqual([10]);
  });

  it("is bounded: an entry is refused when what it may lack is not remembered", ({ expect }) => {
    const bounds = { entriesBytes: 1_000_000, eventsBytes: 20_000 };
    const { put, apply, world } = bucketAt(new MemoryRows(), bounds);
    const builtMs = world.nowMs;
    expect(put([])).toBe(true);
    for (let n = 0; n < 100; n++) {
      world.nowMs += 10;
      apply({ kind: "announce", pushed: pushedOf(post(200 + n, STRANGER)) });
    }
    expect(put([], { builtMs: builtMs + 500 })).toBe(false);
    expect(world.bucket.stats()).toMatchObject({ puts: 1, refused: 1 });
  });
});
