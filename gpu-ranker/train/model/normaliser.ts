import { DENSE_COUNT } from "../../../core/ranking/features.ts";

/** Normalised columns are cut here: what lies further out is rare, and would stretch an 8-bit scale. */
export const CLIP = 5;

/** A column that hardly varies is only centred. */
const SCALE_MIN = 1e-3;

/** Per column: `(value - mean) / scale`, then cut. */
export interface Normaliser {
  readonly mean: Float32Array<ArrayBuffer>;
  readonly scale: Float32Array<ArrayBuffer>;
}

/** Mean and standard deviation of each column of `dense`, row-major. */
export function normaliserOf(dense: Float32Array): Normaliser {
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
  const scale = Float32Array.from(squares, (square) => {
    const deviation = Math.sqrt(square / rows);
    return deviation < SCALE_MIN ? 1 : deviation;
  });
  return { mean, scale };
}
