import { HEAD_COUNT, HEADS } from "../../../core/ranking/heads.ts";
import { valueOf, type Weights } from "../../../core/ranking/weights.ts";
import type { Pool } from "../behaviour/simulate.ts";
import type { Examples } from "../examples.ts";
import { auc } from "./auc.ts";
import { calibration, normalisedEntropy } from "./entropy.ts";
import { discountedGain, ndcg, slateAuc, slatesOf } from "./slates.ts";

/** What a ranker says of rows: one number to sort by, and probabilities if it has any. */
export interface Scores {
  /** One per row, as served: nobody knows the place before the order. */
  readonly values: Float32Array;
  /** rows x `HEAD_COUNT`, as served. Null for a ranker that only sorts. */
  readonly top: Float32Array | null;
  /** rows x `HEAD_COUNT`, where each row was shown. */
  readonly placed: Float32Array | null;
}

/** Numbers by name: `open.auc`, `ndcg10`. Null where the examples say nothing. */
export type Metrics = Readonly<Record<string, number | null>>;

/** Rows of the value of `probabilities`. */
export const valuesOf = (probabilities: Float32Array, weights: Weights): Float32Array =>
  Float32Array.from(
    { length: probabilities.length / HEAD_COUNT },
    (_, row) => valueOf(probabilities, weights, row).value,
  );

/**
 * How well a ranker orders what was shown (AUC of each head, AUC and NDCG within slates), and how true
 * its probabilities are (entropy, calibration). Order is judged as served, truth where it was shown.
 */
export function measure(
  { values, top, placed }: Scores,
  test: Examples,
  weights: Weights,
): Metrics {
  const rows = Array.from({ length: test.rows }, (_, row) => row);
  const slates = slatesOf(test.slateEnds);
  const did = (head: number) => (row: number) => (test.labels[row * HEAD_COUNT + head] ?? 0) > 0;
  const column = (head: number) =>
    top === null ? values : values.map((_, row) => top[row * HEAD_COUNT + head] ?? 0);
  // What happened, in the same currency; a post that was hidden counts as worth nothing.
  const gains = valuesOf(test.labels, weights).map((value) => Math.max(0, value));

  const metrics: Record<string, number | null> = {};
  for (const [head, name] of HEADS.entries()) {
    metrics[`${name}.auc`] = auc(column(head), did(head), rows);
    if (placed === null) continue;
    metrics[`${name}.ne`] = normalisedEntropy(placed, test.labels, head);
    metrics[`${name}.ece`] = calibration(placed, test.labels, head).error;
  }
  metrics["open.gauc"] = slateAuc(column(0), did(0), slates);
  metrics["ndcg10"] = ndcg(values, gains, slates);
  return metrics;
}

/** Places of a page that are looked at first. */
const TOP = 10;

/** One request: what a ranker sorts its candidates by, and what each is truly worth. */
export interface JudgedPool {
  readonly values: ArrayLike<number>;
  readonly worth: Float32Array;
}

export const worthOf = (pool: Pool, weights: Weights): Float32Array =>
  valuesOf(Float32Array.from(pool.truth.flat()), weights);

/**
 * Share of what the best possible order earns that is lost: the discounted true value of the ten that
 * come first, against that of the ten that should.
 */
export function regret(pools: readonly JudgedPool[]): number | null {
  let best = 0;
  let earned = 0;
  for (const { values, worth } of pools) {
    const rows = Array.from(worth, (_, row) => row);
    best += discountedGain(worth, worth, rows, TOP);
    earned += discountedGain(values, worth, rows, TOP);
  }
  return best <= 0 ? null : (best - earned) / best;
}
