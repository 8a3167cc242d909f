import { it } from "vitest";

import { DENSE_COUNT, DENSE_NAMES } from "../../../core/ranking/features.ts";
import { splitByTime } from "../../../gpu-ranker/train/examples.ts";
import { logOf } from "../../../gpu-ranker/train/sources/kuairand.ts";
import type { Exposure } from "../../../gpu-ranker/train/sources/kuairand-rows.ts";

const DAY_MS = 24 * 3_600_000;
const START_MS = Date.UTC(2022, 3, 25);
const SHOWN = DENSE_NAMES.indexOf("post.shown");

/** Two people, one author, three videos a day, on each of `days` days. */
function exposures(days: number): Exposure[] {
  return Array.from({ length: days * 6 }, (_, at) => {
    const day = Math.floor(at / 6);
    return {
      user: String(at % 2),
      video: String(at % 3),
      author: "7",
      tag: "12",
      date: 20220425 + day,
      timeMs: START_MS + day * DAY_MS + (at % 6) * 3_600_000,
      uploadedMs: START_MS - DAY_MS,
      durationMs: 15_000,
      actions: at % 3 === 0 ? (["open", "dwell"] as const) : [],
    };
  });
}

it("freezes features at the first moment of a person's day", ({ expect }) => {
  const { examples } = logOf(exposures(5));
  // Days three to five; of each, two people with three videos.
  expect([examples.rows, examples.slateEnds.length]).toEqual([18, 6]);
  const shown = Array.from(
    { length: 3 },
    (_, row) => examples.dense[row * DENSE_COUNT + SHOWN] ?? 0,
  );
  // Each video was shown twice on both days before, nothing of today counts.
  expect(new Set(shown).size).toBe(3);
  for (const value of shown) expect(Math.expm1(value)).toBeLessThan(2 * (0.5 + 0.25) + 1.6);
});

it("splits by whole days", ({ expect }) => {
  const { examples, splitMs } = logOf(exposures(6));
  const { train, valid, test } = splitByTime(examples, splitMs);
  const daysOf = ({ timesMs }: { timesMs: Float64Array }) => [
    ...new Set(Array.from(timesMs, (timeMs) => Math.floor((timeMs - START_MS) / DAY_MS))),
  ];
  expect([daysOf(train), daysOf(valid), daysOf(test)]).toEqual([[2, 3], [4], [5]]);
});

it("says when there are too few days", ({ expect }) => {
  expect(() => logOf(exposures(4))).toThrow(/4 days are too few/);
});
