/** Numbers that a page has seen since it was opened. */
export interface Trail {
  /** Unix ms, growing. */
  readonly atMs: readonly number[];
  /** One list for each number, in their order. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Ten minutes of what is read every two seconds. */
const POINTS_MAX = 300;

/** @returns the trail with what was read at `atMs`; the same one when that is no news. */
export function followed(trail: Trail, atMs: number, now: readonly (number | null)[]): Trail {
  if (atMs <= (trail.atMs.at(-1) ?? 0)) return trail;
  return {
    atMs: [...trail.atMs, atMs].slice(-POINTS_MAX),
    values: now.map((value, line) => [...(trail.values[line] ?? []), value].slice(-POINTS_MAX)),
  };
}
