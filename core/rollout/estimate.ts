import { sum } from "./tally.ts";

/** With fewer groups of viewers, Student's t has no variance. */
const CELLS_MIN = 4;

/** A ratio over an arm's pages, and how sure it is. */
export interface Ratio {
  readonly value: number;
  readonly variance: number;
}

/**
 * Sum of `tops` over sum of `pages`, with the variance that the spread between cells shows. Viewers,
 * not pages, are drawn by lot, and one viewer's pages resemble each other: counting pages as
 * independent would find differences where there are none. Cells are groups of viewers, so that
 * their sums are independent; the ratio's error is linearised (Cochran, Sampling Techniques, 6.3).
 * Never below what independent pages would have, with one success and one failure added, since
 * a few cells without any event would otherwise claim to be certain.
 *
 * @param tops of each cell: how often, or how much.
 */
export function ratioOf(tops: readonly number[], pages: readonly number[]): Ratio {
  const [top, all] = [sum(tops), sum(pages)];
  if (all === 0) return { value: 0, variance: Number.POSITIVE_INFINITY };
  const value = top / all;
  // Of few people nobody can say how much people differ.
  const cells = pages.filter((count) => count > 0).length;
  if (cells < CELLS_MIN) return { value, variance: Number.POSITIVE_INFINITY };
  const squares = tops.map((count, cell) => (count - value * (pages[cell] ?? 0)) ** 2);
  // Student's t with one degree less than cells has this much more variance than a normal.
  const tails = (cells - 1) / (cells - 3);
  const between = (cells / (cells - 1)) * (sum(squares) / all ** 2) * tails;
  return { value, variance: Math.max(between, independent(top, all)) };
}

function independent(top: number, all: number): number {
  const smoothed = (top + 1) / (all + 2);
  // Of what happens more than once a page, the variance is that of a Poisson count.
  return (smoothed < 1 ? smoothed * (1 - smoothed) : smoothed) / all;
}

/** Bounds of a difference that hold at every look at once. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The always-valid interval of a mixture sequential probability ratio test: with chance 1 - `alpha`
 * it holds the true difference at all looks together, however often one looks. A plain
 * test at each look would stop a harmless rollout sooner or later.
 * Source: Johari, Koomen, Pekelis, Walsh, "Peeking at A/B Tests", KDD 2017, eq. 11, with the
 * estimated variance in place of the known one.
 *
 * @param scale size of a difference that matters: the interval is tightest about there.
 */
export function alwaysValid(
  estimate: number,
  variance: number,
  scale: number,
  alpha: number,
): Interval {
  if (!Number.isFinite(variance)) return { estimate, low: -Infinity, high: Infinity };
  const mixed = scale ** 2;
  const odds = Math.log(Math.sqrt((variance + mixed) / variance) / alpha);
  const half = Math.sqrt(((2 * variance * (variance + mixed)) / mixed) * odds);
  return { estimate, low: estimate - half, high: estimate + half };
}
