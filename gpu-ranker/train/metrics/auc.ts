/**
 * Probability that a row in which it happened is scored above one in which it did not; ties count
 * half (Mann and Whitney). Null when there is no such pair.
 *
 * @param isYes whether it happened in row `at`.
 * @param rows which rows, by index into `scores`.
 */
export function auc(
  scores: ArrayLike<number>,
  isYes: (row: number) => boolean,
  rows: readonly number[],
): number | null {
  const order = rows.toSorted((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let yes = 0;
  let ranks = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    const score = scores[order[from] ?? 0];
    while (to < order.length && scores[order[to] ?? 0] === score) to++;
    const rank = (from + 1 + to) / 2;
    for (let at = from; at < to; at++)
      if (isYes(order[at] ?? 0)) {
        yes++;
        ranks += rank;
      }
    from = to;
  }
  const no = order.length - yes;
  return yes === 0 || no === 0 ? null : (ranks - (yes * (yes + 1)) / 2) / (yes * no);
}
