import { HEAD_COUNT } from "../../../core/ranking/heads.ts";

const TINY = 1e-7;

/**
 * Log loss of one head over the log loss of always saying its rate: below 1 is better than knowing
 * nothing (He et al., ADKDD 2014). Null when the action never or always happened.
 */
export function normalisedEntropy(
  probabilities: Float32Array,
  labels: Float32Array,
  head: number,
): number | null {
  let loss = 0;
  let yes = 0;
  const rows = labels.length / HEAD_COUNT;
  for (let at = head; at < labels.length; at += HEAD_COUNT) {
    const p = Math.min(1 - TINY, Math.max(TINY, probabilities[at] ?? 0));
    const isYes = (labels[at] ?? 0) > 0;
    yes += Number(isYes);
    loss -= Math.log(isYes ? p : 1 - p);
  }
  if (yes === 0 || yes === rows) return null;
  const rate = yes / rows;
  return loss / rows / -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate));
}

/**
 * Expected calibration error of one head: how far the mean probability lies from the rate, over
 * `bins` of equally many rows, weighted by rows.
 */
export function calibration(
  probabilities: Float32Array,
  labels: Float32Array,
  head: number,
  bins = 15,
): { readonly error: number; readonly bins: readonly CalibrationBin[] } {
  const rows = labels.length / HEAD_COUNT;
  const order = Array.from({ length: rows }, (_, row) => row * HEAD_COUNT + head).toSorted(
    (a, b) => (probabilities[a] ?? 0) - (probabilities[b] ?? 0) || a - b,
  );
  const made: CalibrationBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const part = order.slice(
      Math.floor((bin * rows) / bins),
      Math.floor(((bin + 1) * rows) / bins),
    );
    if (part.length === 0) continue;
    const mean = (of: Float32Array) =>
      part.reduce((sum, at) => sum + (of[at] ?? 0), 0) / part.length;
    made.push({ rows: part.length, said: mean(probabilities), happened: mean(labels) });
  }
  const error = made.reduce(
    (sum, bin) => sum + (bin.rows / rows) * Math.abs(bin.said - bin.happened),
    0,
  );
  return { error, bins: made };
}

export interface CalibrationBin {
  readonly rows: number;
  /** Mean probability. */
  readonly said: number;
  /** Share of rows in which it happened. */
  readonly happened: number;
}
