import { ROLLOUT_LIMITS } from "./limits.ts";

/** What is counted of a page, per cell: the first columns of a cell's row; the rest is the histogram. */
export const COUNTED = ["pages", "errors", "empty", "engaged"] as const;
export type Counted = (typeof COUNTED)[number];

const BINS = ROLLOUT_LIMITS.rolloutLatencyBins;
const BIN_RATIO = 1.25;
export const COLUMNS = COUNTED.length + BINS;
export const CELLS = ROLLOUT_LIMITS.rolloutCells;

/** One arm's counts: cells x columns, row-major. */
export type Counts = readonly number[];
/** Places in `Counts` and what to add there: few of many, for the way to where they are summed. */
export type CountsDelta = readonly (readonly [place: number, count: number])[];

export const NO_COUNTS: Counts = Array.from({ length: CELLS * COLUMNS }, () => 0);

export const ARMS = ["control", "treatment"] as const;
export type Arm = (typeof ARMS)[number];
export type ArmCounts = Readonly<Record<Arm, Counts>>;
export const NO_ARM_COUNTS: ArmCounts = { control: NO_COUNTS, treatment: NO_COUNTS };

export const placeOf = (cell: number, counted: Counted): number =>
  cell * COLUMNS + COUNTED.indexOf(counted);

/** Of a page that took `tookMs`: bin `n` holds times up to 1.25^n ms, the last one all that are longer. */
export const latencyPlace = (cell: number, tookMs: number): number =>
  cell * COLUMNS + COUNTED.length + binOf(tookMs);

const binOf = (tookMs: number): number =>
  tookMs <= 1 ? 0 : Math.min(BINS - 1, Math.ceil(Math.log(tookMs) / Math.log(BIN_RATIO) - 1e-9));

/** The longest time in a bin, ms. */
export const binEndMs = (bin: number): number => BIN_RATIO ** bin;

/** @param delta its places are checked: it may come from an older version of a Worker. */
export function addCounts(counts: Counts, delta: CountsDelta): Counts {
  const sum = [...counts];
  for (const [place, count] of delta) {
    const before = sum[place];
    if (before !== undefined && count > 0) sum[place] = before + count;
  }
  return sum;
}

/** One column, cell by cell. */
export const perCell = (counts: Counts, counted: Counted): number[] =>
  Array.from({ length: CELLS }, (_, cell) => counts[placeOf(cell, counted)] ?? 0);

/** Pages that took longer than a bin's end, cell by cell. */
export const slowerPerCell = (counts: Counts, bin: number): number[] =>
  Array.from({ length: CELLS }, (_, cell) => {
    const from = cell * COLUMNS + COUNTED.length;
    return sum(counts.slice(from + bin + 1, from + BINS));
  });

/** Times of pages, all cells together. */
export function latencies(counts: Counts): number[] {
  const histogram = Array.from({ length: BINS }, () => 0);
  for (const [place, count] of counts.entries()) {
    const bin = (place % COLUMNS) - COUNTED.length;
    if (bin >= 0) histogram[bin] = (histogram[bin] ?? 0) + count;
  }
  return histogram;
}

/** The bin that holds the time which `ratio` of the pages do not exceed; null without pages. */
export function quantileBin(histogram: readonly number[], ratio: number): number | null {
  const wanted = sum(histogram) * ratio;
  if (wanted === 0) return null;
  let seen = 0;
  for (const [bin, count] of histogram.entries()) {
    seen += count;
    if (seen >= wanted) return bin;
  }
  return histogram.length - 1;
}

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);
