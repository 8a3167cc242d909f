import { auc } from "./auc.ts";

/** Rows of each slate, given the row after its last. */
export const slatesOf = (ends: readonly number[]): number[][] =>
  ends.map((end, at) => {
    const from = ends[at - 1] ?? 0;
    return Array.from({ length: end - from }, (_, row) => from + row);
  });

/** Mean AUC of the slates in which there is something to tell apart, weighted by their rows. Null when there is none. */
export function slateAuc(
  scores: ArrayLike<number>,
  isYes: (row: number) => boolean,
  slates: readonly (readonly number[])[],
): number | null {
  let weight = 0;
  let sum = 0;
  for (const rows of slates) {
    const value = auc(scores, isYes, rows);
    if (value === null) continue;
    weight += rows.length;
    sum += value * rows.length;
  }
  return weight === 0 ? null : sum / weight;
}

/** What the place at `rank` (from 0) is worth. */
const discount = (rank: number): number => 1 / Math.log2(rank + 2);

/** Discounted sum of the gains of the `top` rows with the highest scores; of equal scores the earlier row stands first. */
export function discountedGain(
  scores: ArrayLike<number>,
  gains: ArrayLike<number>,
  rows: readonly number[],
  top: number,
): number {
  const order = rows.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  return order
    .slice(0, top)
    .reduce((sum, row, rank) => sum + discount(rank) * (gains[row] ?? 0), 0);
}

/** Mean over slates of the discounted gain over the best possible one. Slates without gain say nothing and are left out. */
export function ndcg(
  scores: ArrayLike<number>,
  gains: ArrayLike<number>,
  slates: readonly (readonly number[])[],
  top = 10,
): number | null {
  let count = 0;
  let sum = 0;
  for (const rows of slates) {
    const best = discountedGain(gains, gains, rows, top);
    if (best <= 0) continue;
    count++;
    sum += discountedGain(scores, gains, rows, top) / best;
  }
  return count === 0 ? null : sum / count;
}
