import { describe, it } from "vitest";

import { Bucket } from "../../../../core/feed/cache/bucket.ts";
import { encodeEvents } from "../../../../core/feed/cache/event-wire.ts";
import type { BucketEvent } from "../../../../core/feed/cache/port.ts";
import { encodeRecord } from "../../../../core/feed/cache/record.ts";
import { type FeedItem, feedItemSchema } from "../../../../core/feed/schemas.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { id, type PostSpec, pushedOf, recordOf, standingFor } from "../../../fakes/feed-cells.ts";
import { MemoryRows } from "../../../fakes/memory-feed-cache.ts";
import { FIRST_PAGE } from "../../../fakes/first-page.ts";

const START_MS = 1_780_000_000_000;
const [ME, FRIEND, AUTHOR] = [id(1), id(2), id(3)];
const STANDING = standingFor(ME, { follows: new Set([AUTHOR]), friends: new Set([FRIEND]) });

const post = (n: number, author = AUTHOR): PostSpec => ({
  id: id(n),
  author,
  timeMs: START_MS + n,
});
const idsOf = (items: FeedItem[] | string) =>
  typeof items === "string" ? items : items.map((item) => Number(item.id));

function bucketNow() {
  const rows = new MemoryRows();
  const world = { nowMs: START_MS, rows, bucket: new Bucket(rows, START_MS) };
  return {
    world,
    put: (...posts: readonly PostSpec[]) => {
      const record = recordOf(
        { viewer: ME, builtMs: world.nowMs, standing: STANDING },
        posts.map((one) => [one, null] as const),
      );
      return world.bucket.put(encodeRecord(record), world.nowMs);
    },
    apply: (...events: readonly BucketEvent[]) =>
      world.bucket.apply(encodeEvents(events), world.nowMs),
    items: (): FeedItem[] | string => {
      const page = world.bucket.page(ME, FIRST_PAGE, world.nowMs);
      return page.hit ? feedItemSchema.array().parse(JSON.parse(page.items)) : page.why;
    },
  };
}

describe("a post that comes late, after it was taken back", () => {
  /** The revocation's row and slice are dropped a while before those of the late post. */
  const LATE_MS = LIMITS.feedEventsKeptMs - 10_000;
  const GONE_MS = 40_000;
  const revoke = (n: number, audience?: number): BucketEvent => ({
    kind: "revoke",
    post: id(n),
    ...(audience !== undefined && { audience, at: { epoch: 1, seq: 5 } }),
  });
  const announce = (spec: PostSpec, original: PostSpec | null = null): BucketEvent => ({
    kind: "announce",
    pushed: pushedOf(spec, original),
  });
  const push = (spec: PostSpec): BucketEvent => ({
    kind: "push",
    pushed: pushedOf(spec),
    viewers: [ME],
  });
  const count = (n: number): BucketEvent => ({
    kind: "count",
    post: id(n),
    of: "reactions",
    count: 7,
    at: { epoch: 1, seq: 6 },
  });
  const PLACES = ["in storage", "in memory"] as const;

  /** Told of the first, then of what is late; shown when only the late ones are remembered. */
  function shownAfter(
    first: readonly BucketEvent[],
    late: readonly (readonly BucketEvent[])[],
    where: (typeof PLACES)[number],
  ) {
    const { put, items, apply, world } = bucketNow();
    apply(...first);
    world.nowMs += LIMITS.feedEventsSliceMs;
    apply(count(99));
    world.nowMs += LATE_MS - LIMITS.feedEventsSliceMs;
    put(post(9));
    for (const events of late) apply(...events);
    world.nowMs += GONE_MS;
    world.bucket.sweep(world.nowMs);
    if (where === "in storage") world.bucket = new Bucket(world.rows, world.nowMs);
    else put(post(9));
    return items();
  }

  for (const where of PLACES) {
    it(`stays away: ${where}`, ({ expect }) => {
      const late = [[push(post(20))], [announce(post(21))]];
      expect(idsOf(shownAfter([revoke(20), revoke(21)], late, where))).toEqual([9]);
    });

    it(`stays away when both come in one text, in either order: ${where}`, ({ expect }) => {
      const late = [
        [revoke(20), push(post(20))],
        [announce(post(21)), revoke(21)],
        [revoke(22), announce(post(22)), revoke(22)],
      ];
      expect(idsOf(shownAfter([revoke(22)], late, where))).toEqual([9]);
    });

    it(`goes with what it reposts, and without what it quotes: ${where}`, ({ expect }) => {
      const late = [
        announce({ ...post(30), repostOf: id(20) }, post(20)),
        announce({ ...post(31), quoteOf: id(21) }, post(21)),
      ];
      const found = shownAfter([revoke(20), revoke(21)], [late], where);
      expect(found).toMatchObject([{ id: "31", quoteOf: null }, { id: "9" }]);
    });

    it(`has the audience and the counts that it has by now: ${where}`, ({ expect }) => {
      const late = [push(post(20)), announce(post(21, FRIEND)), announce(post(22))];
      const told = [revoke(20, 2), revoke(21, 2), revoke(22, 1), count(22)];
      const found = shownAfter(told, [late], where);
      expect(found).toMatchObject([
        { id: "22", audience: "followers", counts: { reactions: 7 } },
        { id: "21", audience: "friends" },
        { id: "9" },
      ]);
    });

    it(`is narrowed further by what comes after it: ${where}`, ({ expect }) => {
      const late = [[announce(post(20))], [revoke(20)], [announce(post(21))], [revoke(21, 2)]];
      expect(idsOf(shownAfter([revoke(20, 1)], late, where))).toEqual([9]);
    });
  }

  it("is not let in for longer than that, though its clock was ahead", ({ expect }) => {
    const { put, items, apply, world } = bucketNow();
    apply(revoke(20));
    world.nowMs += LIMITS.feedEventsKeptMs + 1;
    world.bucket = new Bucket(world.rows, world.nowMs);
    apply(push({ ...post(20), timeMs: START_MS + LIMITS.feedClockSkewMs }));
    world.nowMs += LIMITS.followerTtlMs;
    put(post(9));
    expect(idsOf(items())).toEqual([9]);
  });

  it("is not stored, when nobody may see it any more", ({ expect }) => {
    const { apply, items, world } = bucketNow();
    // Of a bucket that somebody reads.
    expect(items()).toBe("cold");
    apply(revoke(20));
    apply(push(post(20)), announce(post(20)));
    apply(push({ ...post(30), quoteOf: id(20) }));
    const stored = world.rows.batches.map(({ events }) => JSON.parse(events) as unknown[]);
    expect(stored).toMatchObject([[{ kind: "revoke" }], [{ kind: "push" }]]);
  });
});
