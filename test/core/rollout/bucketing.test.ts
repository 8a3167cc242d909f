import fc from "fast-check";
import { expect, it } from "vitest";

import { bucketOf, cellOf, isInside } from "../../../core/rollout/bucketing.ts";
import { murmur3 } from "../../../core/rollout/murmur3.ts";

const VIEWERS = 100_000;
const viewers = Array.from({ length: VIEWERS }, (_, n) =>
  String(4_611_686_018_427_000_000n + BigInt(n)),
);
const flag = "ranking.weights";
const buckets = viewers.map((viewer) => bucketOf(flag, viewer));

it.for([
  ["", 0, 0],
  ["", 1, 0x514e28b7],
  ["hello", 0, 0x248bfa47],
  ["hello, world", 0, 0x149bbb7f],
  ["The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723],
] as const)("hashes %j with seed %i as MurmurHash3 does", ([text, seed, hash]) => {
  expect(murmur3(text, seed)).toBe(hash);
});

it("never moves anybody out as the share grows", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(10_000), fc.nat(10_000), (key, viewer, a, b) => {
      const bucket = bucketOf(key, viewer);
      expect(bucket).toBe(bucketOf(key, viewer));
      expect(bucket).toBeGreaterThanOrEqual(0);
      expect(bucket).toBeLessThan(10_000);
      expect(isInside(bucket, Math.min(a, b)) && !isInside(bucket, Math.max(a, b))).toBe(false);
    }),
  );
});

it.for([100, 500, 2_500, 5_000])(
  "gives %i of 10,000 the treatment, within five deviations",
  (share) => {
    const inside = buckets.filter((bucket) => isInside(bucket, share)).length;
    const expected = (VIEWERS * share) / 10_000;
    const deviation = Math.sqrt(expected * (1 - share / 10_000));
    expect(Math.abs(inside - expected)).toBeLessThan(5 * deviation);
  },
);

it("spreads consecutive ids evenly over buckets and cells", () => {
  // Chi-square over 100 groups of buckets: 99 degrees of freedom, 99.99 % below 160.
  const of = (groups: number, group: (n: number) => number) => {
    const counts = Array.from({ length: groups }, () => 0);
    for (let n = 0; n < VIEWERS; n++) counts[group(n)] = (counts[group(n)] ?? 0) + 1;
    return counts.reduce(
      (sum, count) => sum + (count - VIEWERS / groups) ** 2 / (VIEWERS / groups),
      0,
    );
  };
  expect(of(100, (n) => Math.floor((buckets[n] ?? 0) / 100))).toBeLessThan(160);
  expect(of(32, (n) => cellOf(flag, viewers[n] ?? ""))).toBeLessThan(72);
});

it("moves nobody but those whom the larger share adds", () => {
  const at = (share: number) => new Set(viewers.filter((_, n) => isInside(buckets[n] ?? 0, share)));
  const [five, quarter] = [at(500), at(2_500)];
  const moved = viewers.filter((viewer) => five.has(viewer) !== quarter.has(viewer));
  expect([...five].every((viewer) => quarter.has(viewer))).toBe(true);
  expect(moved).toHaveLength(quarter.size - five.size);
});

it("draws anew for every flag", () => {
  const both = viewers.filter(
    (viewer, n) =>
      isInside(buckets[n] ?? 0, 1_000) && isInside(bucketOf("ranking.model", viewer), 1_000),
  );
  // A tenth of a tenth: neither the same people nor others on purpose.
  expect(Math.abs(both.length - VIEWERS / 100)).toBeLessThan(160);
});
