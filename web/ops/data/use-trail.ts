import { useEffect, useState } from "preact/hooks";

import { followed, type Trail } from "./trail.ts";

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
