/** Degrees of LinkBench's `Distribution.dat`: how many links a node has. */
export interface Degrees {
  readonly values: readonly number[];
  /** Share of nodes, in (0, 1], that have at most the value beside it. */
  readonly cumulative: readonly number[];
}

/**
 * One section of the file: a name line, then `value cumulativePercent` lines.
 * @throws Error when the section is not there, or does not end at all nodes.
 */
export function parseDegrees(text: string, section: string): Degrees {
  const lines = text.split("\n");
  const values: number[] = [];
  const cumulative: number[] = [];
  for (let at = lines.indexOf(section) + 1; at > 0 && at < lines.length; at++) {
    const [value, percent] = (lines[at] ?? "").split(" ").map(Number);
    if (value === undefined || percent === undefined || Number.isNaN(value)) break;
    values.push(value);
    cumulative.push(percent / 100);
  }
  if (Math.abs((cumulative.at(-1) ?? 0) - 1) > 1e-6)
    throw new Error(`no whole section "${section}" of degrees`);
  return { values, cumulative };
}

/**
 * Degree of the node of rank `rank` of `count`; rank 0 has most links.
 * LinkBench's own rule: the smallest value whose share reaches 1 - rank / count.
 */
export function degreeOfRank({ values, cumulative }: Degrees, rank: number, count: number): number {
  const share = 1 - rank / count;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] ?? 1) >= share) high = middle;
    else low = middle + 1;
  }
  return values[low] ?? 0;
}
