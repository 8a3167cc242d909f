import fc from "fast-check";
import { describe, it } from "vitest";

import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { auc } from "../../../gpu-ranker/train/metrics/auc.ts";
import { calibration, normalisedEntropy } from "../../../gpu-ranker/train/metrics/entropy.ts";
import { regret } from "../../../gpu-ranker/train/metrics/measure.ts";
import { ndcg, slateAuc, slatesOf } from "../../../gpu-ranker/train/metrics/slates.ts";
import { spreadsOf, verdictOf } from "../../../gpu-ranker/train/metrics/spread.ts";

/** Rows with one head that is looked at, the first. */
const firstHead = (values: readonly number[]) => {
  const rows = new Float32Array(values.length * HEAD_COUNT);
  for (const [row, value] of values.entries()) rows[row * HEAD_COUNT] = value;
  return rows;
};

describe("AUC", () => {
  it("is the share of pairs in the right order, ties half", ({ expect }) => {
    const row = fc.record({ score: fc.nat(5), yes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        let [pairs, right] = [0, 0];
        for (const a of rows.filter(({ yes }) => yes))
          for (const b of rows.filter(({ yes }) => !yes)) {
            pairs++;
            right += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
          }
        const got = auc(
          rows.map(({ score }) => score),
          (at) => rows[at]?.yes === true,
          [...rows.keys()],
        );
        if (pairs === 0) expect(got).toBeNull();
        else expect(got).toBeCloseTo(right / pairs, 10);
      }),
    );
  });

  it("within slates leaves out those with nothing to tell apart", ({ expect }) => {
    const slates = slatesOf([2, 4, 7]);
    expect(slates).toEqual([
      [0, 1],
      [2, 3],
      [4, 5, 6],
    ]);
    const yes = [true, false, true, true, false, false, true];
    const scores = [2, 1, 9, 9, 1, 2, 3];
    expect(slateAuc(scores, (row) => yes[row] === true, slates)).toBe(1);
    expect(slateAuc(scores, (row) => yes[row] === true, [[2, 3]])).toBeNull();
  });
});

describe("NDCG", () => {
  it("is one for the best order, and known for others", ({ expect }) => {
    const gains = [3, 0, 1];
    expect(ndcg(gains, gains, [[0, 1, 2]])).toBe(1);
    const worst = (0 + 1 / Math.log2(3) + 3 / 2) / (3 + 1 / Math.log2(3));
    expect(ndcg([-3, 0, -1], gains, [[0, 1, 2]])).toBeCloseTo(worst, 12);
    expect(ndcg(gains, [0, 0, 0], [[0, 1, 2]])).toBeNull();
  });
});

describe("entropy and calibration", () => {
  const labels = firstHead([1, 0, 0, 0]);
  it("is one for the rate itself, less for better, more for worse", ({ expect }) => {
    const of = (values: number[]) => normalisedEntropy(firstHead(values), labels, 0) ?? Number.NaN;
    expect(of([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(1, 6);
    expect(of([0.7, 0.1, 0.1, 0.1])).toBeLessThan(0.6);
    expect(of([0.1, 0.7, 0.1, 0.1])).toBeGreaterThan(1.4);
    expect(normalisedEntropy(labels, firstHead([0, 0, 0, 0]), 0)).toBeNull();
  });

  it("measures how far what is said lies from what happens", ({ expect }) => {
    const said = firstHead([0.5, 0.5, 0.1, 0.1]);
    const { error, bins } = calibration(said, labels, 0, 2);
    expect(bins.map(({ happened }) => happened)).toEqual([0, 0.5]);
    expect(error).toBeCloseTo(0.05, 6);
  });
});

it("regret is what the order loses of the best order's value, and never negative", ({ expect }) => {
  const worth = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
    minLength: 2,
    maxLength: 30,
  });
  fc.assert(
    fc.property(worth, fc.nat(), (values, seed) => {
      const pool = Float32Array.from(values);
      const shuffled = values.map((_, at) => Math.sin(at * 7.3 + seed));
      expect(regret([{ values: pool, worth: pool }]) ?? 0).toBe(0);
      expect(regret([{ values: shuffled, worth: pool }]) ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
  expect(regret([{ values: [0, 1], worth: Float32Array.of(1, 0) }])).toBeCloseTo(
    1 - 1 / Math.log2(3),
    6,
  );
});

it("claims a difference only where the seeds do not overlap", ({ expect }) => {
  const spread = (...values: number[]) => {
    const of = spreadsOf(values.map((value) => ({ m: value }))).get("m");
    if (of === undefined) throw new RangeError("no spread");
    return of;
  };
  expect(spread(3, 1, 2)).toEqual({ median: 2, low: 1, high: 3 });
  expect(verdictOf("open.auc", spread(3, 4), spread(1, 2))).toBe("better");
  expect(verdictOf("open.ne", spread(3, 4), spread(1, 2))).toBe("worse");
  expect(verdictOf("regret", spread(1, 2), spread(3, 4))).toBe("better");
  expect(verdictOf("open.auc", spread(2, 4), spread(1, 2))).toBe("within noise");
});
