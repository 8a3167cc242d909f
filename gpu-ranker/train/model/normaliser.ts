import { DENSE_COUNT, DENSE_NAMES } from "../../../core/ranking/features.ts";

/** Normalised columns are cut here: what lies further out is rare, and would stretch an 8-bit scale. */
export const CLIP = 5;

/** A column that hardly varies is only centred. */
const SCALE_MIN = 1e-3;

/** Divided by this a column says nothing; still within what half precision holds. */
const SILENT = 10_000;
const DAY_MS = 24 * 3_600_000;

/** Per column: `(value - mean) / scale`, then cut. */
export interface Normaliser {
  readonly mean: Float32Array<ArrayBuffer>;
  readonly scale: Float32Array<ArrayBuffer>;
}

/**
 * Mean and standard deviation of each column of `dense`, row-major. A log of less than a day knows nothing of the other
 * hours, and its model must not say something at random about them: those columns are silenced.
 *
 * @param spanMs of the log.
 */
export function normaliserOf(dense: Float32Array, spanMs: number): Normaliser {
  const rows = Math.max(1, dense.length / DENSE_COUNT);
  const sums = new Float64Array(DENSE_COUNT);
  const squares = new Float64Array(DENSE_COUNT);
  for (const [at, value] of dense.entries()) {
    const column = at % DENSE_COUNT;
    sums[column] = (sums[column] ?? 0) + value;
  }
  const mean = Float32Array.from(sums, (sum) => sum / rows);
  for (const [at, value] of dense.entries()) {
    const column = at % DENSE_COUNT;
    squares[column] = (squares[column] ?? 0) + (value - (mean[column] ?? 0)) ** 2;
  }
  const scale = Float32Array.from(squares, (square, column) => {
    if (spanMs < DAY_MS && DENSE_NAMES[column]?.startsWith("hour_") === true) return SILENT;
    const deviation = Math.sqrt(square / rows);
    return deviation < SCALE_MIN ? 1 : deviation;
  });
  return { mean, scale };
}
