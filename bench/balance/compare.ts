/** How places of the same keys differ before and after a change. */
export interface Moved {
  /** Share of keys whose place is another one. */
  readonly moved: number;
  /** The least that any way of placing them evenly would have moved. */
  readonly least: number;
}

/** @param needed share of keys that the change takes from somebody, or gives to somebody. */
export function movedBetween<T>(before: readonly T[], after: readonly T[], needed: number): Moved {
  const moved = before.filter((place, n) => place !== after[n]).length;
  return { moved: moved / Math.max(1, before.length), least: needed };
}

export const countBy = <T>(places: readonly T[]): ReadonlyMap<T, number> => {
  const counts = new Map<T, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  return counts;
};

/** Largest deviation of a member's share from what it should be, relative to that: 0.1 is 10 %. */
export function deviationMax<T>(places: readonly T[], expected: ReadonlyMap<T, number>): number {
  const counts = countBy(places);
  return Math.max(
    ...[...expected].map(([member, share]) => {
      const due = share * places.length;
      return due === 0
        ? (counts.get(member) ?? 0)
        : Math.abs((counts.get(member) ?? 0) - due) / due;
    }),
  );
}

/**
 * Pearson's chi-square over its degrees of freedom: about 1 of places drawn by chance, 0 of places dealt out in
 * turn, and more the less even they are.
 */
export function chiSquare<T>(places: readonly T[], expected: ReadonlyMap<T, number>): number {
  const counts = countBy(places);
  const terms = [...expected]
    .filter(([, share]) => share > 0)
    .map(([member, share]) => {
      const due = share * places.length;
      return ((counts.get(member) ?? 0) - due) ** 2 / due;
    });
  return terms.reduce((sum, term) => sum + term, 0) / Math.max(1, terms.length - 1);
}

/** Every member the same share. */
export const even = <T>(members: readonly T[]): ReadonlyMap<T, number> =>
  new Map(members.map((member) => [member, 1 / members.length]));
