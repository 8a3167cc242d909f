import { useEffect, useState } from "preact/hooks";

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

/** Follows numbers for as long as the component is shown; `subject` begins anew with another. */
export function useTrail(
  subject: string,
  atMs: number | null,
  now: readonly (number | null)[],
): Trail {
  const [known, setKnown] = useState(NOTHING);
  // As text it is the same for as long as its numbers are.
  const text = JSON.stringify(now);
  useEffect(() => {
    if (atMs === null) return;
    setKnown((before) => {
      const trail = before.subject === subject ? before.trail : NOTHING.trail;
      const next = followed(trail, atMs, JSON.parse(text) as (number | null)[]);
      return next === before.trail ? before : { subject, trail: next };
    });
  }, [subject, atMs, text]);
  return known.subject === subject ? known.trail : NOTHING.trail;
}

const NOTHING: { readonly subject: string; readonly trail: Trail } = {
  subject: "",
  trail: { atMs: [], values: [] },
};
