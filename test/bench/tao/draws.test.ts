import fc from "fast-check";
import { it } from "vitest";

import { Alias } from "../../../bench/tao/workload/alias.ts";
import { KeySpace, scatter } from "../../../bench/tao/workload/key-space.ts";
import { stream } from "../../../dev/world/random.ts";
import { shares, taoModeData } from "./published.ts";

it("draws every index by its weight", ({ expect }) => {
  const weights = fc.array(fc.nat(50), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(weights, fc.nat(), (list, seed) => {
      const total = list.reduce((sum, weight) => sum + weight, 0);
      fc.pre(total > 0);
      const alias = new Alias(list);
      const random = stream(seed, "alias");
      const drawn = shares(20_000, () => alias.draw(random));
      for (const [index, weight] of list.entries()) {
        const share = drawn.get(index) ?? 0;
        if (weight === 0) expect(share).toBe(0);
        else expect(Math.abs(share - weight / total)).toBeLessThan(0.02);
      }
    }),
    { numRuns: 50 },
  );
});

it("refuses to draw from nothing", ({ expect }) => {
  expect(() => new Alias([0, 0])).toThrow(RangeError);
});

it("scatters ranks over all keys, each once", ({ expect }) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.nat(100_000), (count, offset) => {
      const keys = new Set(
        Array.from({ length: count }, (_, rank) => scatter(rank, offset, count)),
      );
      expect(keys.size).toBe(count);
    }),
  );
});

it("gives each bucket its share of requests, and spreads it evenly over its keys", ({ expect }) => {
  const space = new KeySpace(taoModeData.objects, 10_000, 0);
  const random = stream(1, "keys");
  const bucketOf = (rank: number) => [10, 100, 1_000, 10_000].findIndex((end) => rank < end);
  const ranks = Array.from({ length: 100_000 }, () => space.drawRank(random));
  const drawn = [0, 1, 2, 3].map(
    (bucket) => ranks.filter((rank) => bucketOf(rank) === bucket).length / ranks.length,
  );
  for (const [bucket, share] of [0.4, 0.3, 0.2, 0.1].entries()) {
    expect(Math.abs((drawn[bucket] ?? 0) - share)).toBeLessThan(0.01);
  }
  const halves = ranks.filter((rank) => rank >= 1_000).filter((rank) => rank < 5_500).length;
  expect(halves / ranks.length).toBeCloseTo(0.05, 2);
});

it("keeps the shape of a popularity that has more keys than asked for", ({ expect }) => {
  const space = new KeySpace(taoModeData.objects, 100, 0);
  const random = stream(1, "few");
  const drawn = shares(50_000, () => space.drawRank(random));
  expect(Math.max(...drawn.keys())).toBeLessThan(100);
  // The first two buckets have one key together.
  expect(Math.abs((drawn.get(0) ?? 0) - 0.7)).toBeLessThan(0.02);
});
