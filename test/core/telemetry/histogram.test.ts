import fc from "fast-check";
import { describe, it } from "vitest";

import { boundMs, BUCKETS, bucketOf, Histogram } from "../../../core/telemetry/histogram.ts";

const of = (...all: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const ms of all) histogram.record(ms);
  return histogram;
};
const msArb = fc.double({ min: 0.01, max: 200_000, noNaN: true });

describe("a bucket", () => {
  it("holds what is above the bound before it, up to its own", ({ expect }) => {
    expect(boundMs(bucketOf(100))).toBe(100);
    expect(boundMs(bucketOf(100.000_001))).toBe(112.5);
    expect(boundMs(bucketOf(75))).toBe(75);
    expect(boundMs(bucketOf(75.000_001))).toBe(81.25);
    fc.assert(
      fc.property(msArb, (ms) => {
        const bucket = bucketOf(ms);
        if (ms <= 0.1 || ms >= 100 * 2 ** 10) return;
        expect(boundMs(bucket)).toBeGreaterThanOrEqual(ms);
        expect(boundMs(bucket - 1)).toBeLessThan(ms);
      }),
    );
  });

  it("is at most an eighth too high", ({ expect }) => {
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 100_000, noNaN: true }), (ms) => {
        expect(boundMs(bucketOf(ms)) / ms).toBeLessThanOrEqual(1.125 + 1e-12);
      }),
    );
  });

  it("exists for anything, of a bounded number", ({ expect }) => {
    for (const ms of [-1, 0, Number.NaN, Number.MIN_VALUE])
      expect(boundMs(bucketOf(ms))).toBeLessThan(0.1);
    for (const ms of [1e9, Infinity]) expect(boundMs(bucketOf(ms))).toBe(102_400);
    const many = of(...Array.from({ length: 5_000 }, (_, at) => 1.01 ** (at / 3) / 100));
    expect(many.text().counts.length).toBeLessThanOrEqual(2 * BUCKETS);
  });
});

describe("a quantile", () => {
  it("is over a bound exactly when more than the rest took longer", ({ expect }) => {
    const fast = Array.from({ length: 19 }, () => 100);
    expect(of(...fast, 400).quantileMs(0.95)).toBe(100);
    expect(of(...fast.slice(1), 400, 400).quantileMs(0.95)).toBe(400);
    fc.assert(
      fc.property(fc.array(msArb, { minLength: 1, maxLength: 200 }), (all) => {
        const over = all.filter((ms) => ms > 100).length;
        const isSlow = over > 0.05 * all.length + 1e-9;
        expect((of(...all).quantileMs(0.95) ?? 0) > 100).toBe(isSlow);
      }),
    );
  });

  it("of nothing is not known", ({ expect }) => {
    expect(new Histogram().quantileMs(0.5)).toBeNull();
  });

  it("of everything is the last bucket", ({ expect }) => {
    expect(of(1, 2, 50).quantileMs(1)).toBe(50);
  });
});

it("adds up to what one would have recorded, through JSON", ({ expect }) => {
  const some = fc.array(msArb, { maxLength: 60 });
  fc.assert(
    fc.property(some, some, (a, b) => {
      const sum = of(...a);
      sum.add(JSON.parse(JSON.stringify(of(...b).text())));
      const all = of(...a, ...b);
      expect(sum.text().counts).toEqual(all.text().counts);
      expect(sum.count).toBe(a.length + b.length);
      expect(sum.sumMs).toBeCloseTo(all.sumMs, 3);
      expect(sum.maxMs).toBe(all.maxMs);
    }),
  );
});
