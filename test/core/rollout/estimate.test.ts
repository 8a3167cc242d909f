import fc from "fast-check";
import { expect, it } from "vitest";

import { alwaysValid, ratioOf } from "../../../core/rollout/estimate.ts";
import { SeededRandom } from "../../../sim/random.ts";

const CELLS = 32;
const even = (value: number) => Array.from({ length: CELLS }, () => value);

it("knows nothing without pages", () => {
  expect(ratioOf(even(0), even(0))).toEqual({ value: 0, variance: Infinity });
  expect(alwaysValid(0.3, Infinity, 1, 0.05)).toEqual({
    estimate: 0.3,
    low: -Infinity,
    high: Infinity,
  });
});

it("is as sure as independent pages allow where cells are alike, and less where they differ", () => {
  const alike = ratioOf(even(10), even(1_000));
  expect(alike.value).toBeCloseTo(0.01, 12);
  expect(alike.variance).toBeCloseTo((0.01 * 0.99) / 32_000, 8);
  const uneven = ratioOf(
    even(0).map((_, cell) => (cell % 8 === 0 ? 80 : 0)),
    even(1_000),
  );
  expect(uneven.value).toBeCloseTo(0.01, 12);
  expect(uneven.variance).toBeGreaterThan(20 * alike.variance);
});

it("knows nothing of three people, however much they read, and little of four", () => {
  const some = (people: number, value: number) =>
    even(0).map((_, cell) => (cell < people ? value : 0));
  expect(ratioOf(some(3, 10), some(3, 1_000)).variance).toBe(Infinity);
  const [four, all] = [4, CELLS].map((people) =>
    ratioOf(
      some(people, 1).map((one, cell) => one * (cell % 2 === 0 ? 10 : 30)),
      some(people, 100),
    ),
  );
  expect(four?.value).toBe(all?.value);
  expect(four?.variance).toBeGreaterThan(20 * (all?.variance ?? 0));
});

it("does not call a handful of pages without a failure certain", () => {
  const { low, high } = alwaysValid(0, 2 * ratioOf(even(0), even(1)).variance, 0.02, 0.05);
  expect(low).toBeLessThan(-0.05);
  expect(high).toBeGreaterThan(0.05);
});

it("narrows as pages come and widens as it may err less", () => {
  const width = (variance: number, alpha: number) => {
    const { low, high } = alwaysValid(0.1, variance, 0.05, alpha);
    return high - low;
  };
  fc.assert(
    fc.property(
      fc.double({ min: 1e-9, max: 1, noNaN: true }),
      fc.double({ min: 1.1, max: 100, noNaN: true }),
      (variance, times) => {
        expect(width(variance, 0.05)).toBeLessThan(width(variance * times, 0.05));
        expect(width(variance, 0.05)).toBeLessThan(width(variance, 0.05 / times));
      },
    ),
  );
});

it("holds at all looks together, which a test at each look does not", () => {
  const [runs, looks, alpha] = [600, 300, 0.05];
  let [wrong, naive] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const random = new SeededRandom(run);
    let total = 0;
    let [out, outOnce] = [false, false];
    for (let n = 1; n <= looks; n++) {
      // Of variance 1, as the sum of three uniform numbers.
      total += (random.next() + random.next() + random.next() - 1.5) * 2;
      const { low, high } = alwaysValid(total / n, 1 / n, 0.3, alpha);
      out ||= low > 0 || high < 0;
      outOnce ||= n >= 10 && Math.abs(total / n) > 1.96 / Math.sqrt(n);
    }
    wrong += Number(out);
    naive += Number(outOnce);
  }
  expect(wrong / runs).toBeLessThanOrEqual(alpha + 0.02);
  expect(naive / runs).toBeGreaterThan(4 * alpha);
});
