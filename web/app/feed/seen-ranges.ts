import type { SeenRange } from "../../../core/feed/explain/schemas.ts";
import type { Place } from "../../../core/feed/schemas.ts";

/** As many as one report may have. */
const RANGES_MAX = 20;

/** Newest first; of the same moment, the higher id. */
const byPlace = (a: Place, b: Place): number =>
  b.timeMs - a.timeMs || b.id.length - a.id.length || (a.id < b.id ? 1 : -1);

/**
 * Stretches of time in which every loaded post was seen and at least one is not reported yet,
 * newest first. What was loaded and not seen parts two stretches.
 */
export function rangesOf(
  loaded: readonly Place[],
  seen: ReadonlySet<string>,
  reported: ReadonlySet<string>,
): SeenRange[] {
  const runs: Place[][] = [];
  let run: Place[] | null = null;
  for (const place of loaded.toSorted(byPlace)) {
    if (!seen.has(place.id)) run = null;
    else if (run === null) runs.push((run = [place]));
    else run.push(place);
  }
  return runs
    .filter((places) => places.some((place) => !reported.has(place.id)))
    .slice(0, RANGES_MAX)
    .flatMap((places) => {
      const [from] = places;
      const to = places.at(-1);
      return from !== undefined && to !== undefined ? [{ from, to }] : [];
    });
}
