import type { ArmSeen, Observation } from "../../core/rollout/advance.ts";
import { addCounts, CELLS, latencyPlace, NO_COUNTS, placeOf } from "../../core/rollout/tally.ts";

/** What an arm did, spread evenly over the cells; `slow` of the pages took ten times as long. */
export function armOf(did: {
  readonly pages: number;
  readonly errors?: number;
  readonly empty?: number;
  readonly engaged?: number;
  readonly slow?: number;
  readonly viewers?: number;
}): ArmSeen {
  const { pages, errors = 0, empty = 0, engaged = 0, slow = 0, viewers = pages } = did;
  const spread = (count: number, place: (cell: number) => number) =>
    Array.from({ length: CELLS }, (_, cell): [number, number] => [
      place(cell),
      Math.floor(count / CELLS) + (cell < count % CELLS ? 1 : 0),
    ]);
  const counts = addCounts(NO_COUNTS, [
    ...spread(pages, (cell) => placeOf(cell, "pages")),
    ...spread(errors, (cell) => placeOf(cell, "errors")),
    ...spread(empty, (cell) => placeOf(cell, "empty")),
    ...spread(engaged, (cell) => placeOf(cell, "engaged")),
    ...spread(pages - slow, (cell) => latencyPlace(cell, 20)),
    ...spread(slow, (cell) => latencyPlace(cell, 200)),
  ]);
  return { counts, viewers };
}

export const seenAs =
  (control: ArmSeen, treatment: ArmSeen) =>
  (stage: number): Observation => ({ stage, control, treatment });
