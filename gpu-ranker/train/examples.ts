import { DENSE_COUNT, ID_COUNT, PLACE_COLUMN } from "../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import type { LogRecord } from "../../core/ranking/log-record.ts";
import type { Visit } from "./warming/hours.ts";

/** Rows of a log as matrices, oldest first. */
export interface Examples {
  readonly rows: number;
  /** rows x `DENSE_COUNT`, as served: the column of the place is 0. */
  readonly dense: Float32Array<ArrayBuffer>;
  /** rows x `ID_COUNT`. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** rows x `HEAD_COUNT`, 0 or 1. */
  readonly labels: Float32Array<ArrayBuffer>;
  /** As the column of the place says it: log(1 + place). */
  readonly places: Float32Array<ArrayBuffer>;
  /** Unix ms. */
  readonly timesMs: Float64Array<ArrayBuffer>;
  /** Row after the last of each slate; rows of a slate are neighbours. */
  readonly slateEnds: readonly number[];
}

export const placeValue = (place: number): number => Math.log1p(place);

/** Puts the slates in the order of time; within one, in that of places. @returns also which record each row is. */
export function examplesOf(records: readonly LogRecord[]): {
  readonly examples: Examples;
  readonly order: readonly LogRecord[];
} {
  const sorted = records.toSorted(
    (a, b) => a.timeMs - b.timeMs || compare(a.slate, b.slate) || a.place - b.place,
  );
  const rows = sorted.length;
  const examples = {
    rows,
    dense: new Float32Array(rows * DENSE_COUNT),
    ids: new Int32Array(rows * ID_COUNT),
    labels: new Float32Array(rows * HEAD_COUNT),
    places: new Float32Array(rows),
    timesMs: new Float64Array(rows),
    slateEnds: sorted.flatMap((record, row) =>
      record.slate === sorted[row + 1]?.slate ? [] : [row + 1],
    ),
  };
  for (const [row, record] of sorted.entries()) {
    examples.dense.set(record.dense, row * DENSE_COUNT);
    examples.ids.set(record.ids, row * ID_COUNT);
    examples.places[row] = placeValue(record.place);
    examples.timesMs[row] = record.timeMs;
    for (let head = 0; head < HEAD_COUNT; head++)
      examples.labels[row * HEAD_COUNT + head] = (record.actions >> head) & 1;
  }
  return { examples, order: sorted };
}

/** One per slate, oldest first. @param order as `examplesOf` gives it. */
export const visitsOf = (order: readonly LogRecord[]): Visit[] =>
  order.flatMap(({ viewer, timeMs, slate }, row) =>
    order[row + 1]?.slate === slate ? [] : [{ viewer, timeMs }],
  );

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The slates that end after row `from` and not after row `to`, which are slates' ends themselves. */
export function slice(examples: Examples, from: number, to: number): Examples {
  return {
    rows: to - from,
    dense: examples.dense.slice(from * DENSE_COUNT, to * DENSE_COUNT),
    ids: examples.ids.slice(from * ID_COUNT, to * ID_COUNT),
    labels: examples.labels.slice(from * HEAD_COUNT, to * HEAD_COUNT),
    places: examples.places.slice(from, to),
    timesMs: examples.timesMs.slice(from, to),
    slateEnds: examples.slateEnds.flatMap((end) => (end > from && end <= to ? [end - from] : [])),
  };
}

/** The rows with the place where each was shown: what training and calibration look at. */
export function withPlaces({ rows, dense, places }: Examples): Float32Array<ArrayBuffer> {
  const placed = dense.slice();
  for (let row = 0; row < rows; row++) placed[row * DENSE_COUNT + PLACE_COLUMN] = places[row] ?? 0;
  return placed;
}

export interface Split {
  readonly train: Examples;
  /** Decides when to stop. */
  readonly valid: Examples;
  /** Looked at once, for the report. */
  readonly test: Examples;
  /** Of all rows, the first that is tested on. */
  readonly testFrom: number;
}

/** Of the rows, oldest first. */
const VALID_SHARE = 0.1;
const TEST_SHARE = 0.2;

/**
 * By time: nothing that is trained on is younger than what is tested on.
 *
 * @param atMs Unix ms at which validation and test begin; null takes shares of the rows.
 */
export function splitByTime(
  examples: Examples,
  atMs: { readonly validFromMs: number; readonly testFromMs: number } | null,
): Split {
  const { rows, slateEnds, timesMs } = examples;
  const before = (row: number) => slateEnds.findLast((end) => end <= row) ?? 0;
  const since = (fromMs: number) => {
    const first = timesMs.findIndex((timeMs) => timeMs >= fromMs);
    return first === -1 ? rows : first;
  };
  const trainEnd = atMs ? since(atMs.validFromMs) : before(rows * (1 - VALID_SHARE - TEST_SHARE));
  const validEnd = atMs ? since(atMs.testFromMs) : before(rows * (1 - TEST_SHARE));
  return {
    train: slice(examples, 0, trainEnd),
    valid: slice(examples, trainEnd, validEnd),
    test: slice(examples, validEnd, rows),
    testFrom: validEnd,
  };
}
