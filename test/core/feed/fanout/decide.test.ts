import fc from "fast-check";
import { describe, it } from "vitest";

import { feedTopology } from "../../../../core/feed/cache/topology.ts";
import { bytesOf, cutReaders, messageBytes } from "../../../../core/feed/fanout/chunks.ts";
import {
  decide,
  type FanoutCosts,
  type FanoutSituation,
  threshold,
} from "../../../../core/feed/fanout/decide.ts";
import { encodeWork, NO_WORK } from "../../../../core/feed/fanout/work.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";

const costs: FanoutCosts = {
  chunkMs: 1,
  callMs: 0.5,
  readerMs: 0.01,
  announceMs: 0,
  entryMs: 0.001,
};
const situation: FanoutSituation = {
  followers: 100,
  friends: 10,
  audience: 0,
  activeShare: 0.03,
  entries: 0,
  buckets: 16,
  regions: 4,
  readersPerChunk: 1_000,
};

describe("push or announce", () => {
  it("names few readers and asks buckets for many", ({ expect }) => {
    expect(decide({ ...situation, followers: 3 }, costs)).toMatchObject({
      strategy: "push",
      readers: "both",
    });
    expect(decide({ ...situation, followers: 3, audience: 1 }, costs)).toMatchObject({
      strategy: "push",
      readers: "followers",
    });
    expect(decide({ ...situation, followers: 1_000_000 }, costs)).toMatchObject({
      strategy: "announce",
      readers: "none",
    });
  });

  it("changes its mind exactly at the threshold", ({ expect }) => {
    const cost = fc.double({ min: 0.001, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({ chunkMs: cost, callMs: cost, readerMs: cost, announceMs: cost, entryMs: cost }),
        fc.nat(100_000),
        fc.integer({ min: 1, max: 64 }),
        (some, entries, buckets) => {
          const here = { ...situation, friends: 0, entries, buckets };
          // The author is one of the readers.
          const followers = threshold(here, some) - 1;
          fc.pre(followers > 1);
          const choice = (n: number) => decide({ ...here, followers: n }, some).strategy;
          expect([choice(followers - 1), choice(followers)]).toEqual(["push", "announce"]);
        },
      ),
    );
  });

  it("takes more readers by name when buckets have more entries to look at", ({ expect }) => {
    const quiet = threshold(situation, costs);
    const busy = threshold({ ...situation, entries: 50_000 }, costs);
    expect(busy).toBeGreaterThan(quiet);
  });

  it("names friends whatever it costs, and the author alone where nobody else may see it", ({
    expect,
  }) => {
    const many = { ...situation, followers: 1_000_000, friends: 5_000 };
    expect(decide({ ...many, audience: 2 }, costs)).toMatchObject({
      strategy: "push",
      readers: "friends",
    });
    for (const audience of [3, 2]) {
      const alone = { ...many, audience, friends: audience === 2 ? 0 : 5_000 };
      expect(decide(alone, costs)).toMatchObject({ strategy: "push", readers: "none" });
    }
    expect(decide({ ...situation, followers: 0, friends: 0 }, costs).readers).toBe("none");
    expect(decide({ ...situation, followers: 0, audience: 1 }, costs).readers).toBe("none");
  });

  it("names the friends of somebody whom nobody follows: they read what is public", ({
    expect,
  }) => {
    expect(decide({ ...situation, followers: 0 }, costs).readers).toBe("both");
  });

  it("says why, in words and numbers", ({ expect }) => {
    expect(decide({ ...situation, followers: 1_204, audience: 1 }, costs).reason).toBe(
      "1,204 followers, of whom 3 % are active: dearer than 16 buckets in 4 regions " +
        "(about 84.2 ms to push, 33 ms to announce)",
    );
    expect(decide({ ...situation, followers: 2 }, costs).reason).toContain(
      "2 followers and 10 friends, of whom 3 % are active: cheaper",
    );
  });
});

describe("chunks", () => {
  const { bucketOf } = feedTopology(16);
  const ids = fc.array(
    fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map((n) => n as Id),
    { maxLength: 300 },
  );

  it("hold every reader once, fit, and lie along buckets", ({ expect }) => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 90 }), (readers, readersMax) => {
        const bounds = { readersMax, bytesMax: 2_000 };
        const chunks = cutReaders(readers, bucketOf, 300, bounds);
        expect(chunks.flat().toSorted()).toEqual(readers.toSorted());
        const buckets = chunks.flat().map(bucketOf);
        expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
        for (const viewers of chunks) {
          expect(viewers.length).toBeLessThanOrEqual(readersMax);
          expect(viewers.length).toBeLessThanOrEqual((2_000 - 300) / 24);
        }
      }),
    );
  });

  it("stay under a message's bound with the longest post and the longest ids", ({ expect }) => {
    const text = '"'.repeat(LIMITS.postCharsMax);
    const object = JSON.stringify({ text });
    const longest = ((1n << 63n) - 1n) as Id;
    const cell = {
      id: longest,
      author: longest,
      post: object,
      user: JSON.stringify({ bio: '"'.repeat(500) }),
      reactions: 1e9,
      comments: 1e9,
      reposts: 1e9,
    };
    const pushed = { cell, timeMs: 1_800_000_000_000, original: cell };
    const readers = Array.from({ length: 5_000 }, () => longest);
    const bare = encodeWork({ ...NO_WORK, pushes: [{ pushed, viewers: [] }] });
    const bounds = {
      readersMax: LIMITS.fanoutChunkReaders,
      bytesMax: LIMITS.fanoutMessageBytesMax,
    };
    for (const viewers of cutReaders(readers, bucketOf, bytesOf(bare), bounds)) {
      const work = encodeWork({ ...NO_WORK, pushes: [{ pushed, viewers }] });
      const message = { shard: 4_095, chunk: 1e9, work, fromMs: 1_800_000_000_000 };
      expect(messageBytes(message)).toBeLessThanOrEqual(LIMITS.fanoutMessageBytesMax);
    }
  });

  it("one reader goes even where there is no room", ({ expect }) => {
    const bounds = { readersMax: 10, bytesMax: 10 };
    expect(cutReaders([1n as Id, 2n as Id], bucketOf, 300, bounds)).toHaveLength(2);
  });
});

it("spreads viewers over buckets evenly", ({ expect }) => {
  const { bucketOf, buckets } = feedTopology(16);
  const sizes = Array.from({ length: buckets }, () => 0);
  // Ids as they are handed out: a shard above, a time below, hardly any difference between two.
  for (let n = 0n; n < 16_000n; n++) {
    const bucket = bucketOf((((n % 64n) << 43n) | (n << 2n)) as Id);
    sizes[bucket] = (sizes[bucket] ?? 0) + 1;
  }
  expect(Math.min(...sizes)).toBeGreaterThan(800);
  expect(Math.max(...sizes)).toBeLessThan(1_200);
});
