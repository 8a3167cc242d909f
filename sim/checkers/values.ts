import { formatId } from "../../core/ids.ts";
import type { History, Violation } from "../history.ts";
import { tellPosition } from "../position.ts";
import type { Truth } from "../truth.ts";
import { spellsFrom, tell } from "./floor.ts";

const GUARANTEE = "G8 no invented value";

/** G8: whatever was seen had been durable once, and before it was seen; what was deleted stays so. */
export function checkValues({ events }: History, truth: Truth): readonly Violation[] {
  const invented = events.flatMap((event) =>
    event.kind === "write"
      ? []
      : event.seen
          .filter((seen) => spellsFrom(truth, seen, 0, event.doneMs).length === 0)
          .map((seen) => ({
            guarantee: GUARANTEE,
            what: `${event.client} at ${event.doneMs}: ${tell(seen)} was never true`,
          })),
  );
  return [...invented, ...resurrected(truth)];
}

/** Objects that were written after they had been deleted. A deletion that was lost is none. */
function resurrected(truth: Truth): readonly Violation[] {
  const written = [...truth.shards()].flatMap((shard) => truth.entries(shard));
  const ids = new Set(
    written.flatMap(({ entry: { mutation } }) =>
      mutation.kind === "object" && mutation.data === null ? [mutation.id] : [],
    ),
  );
  return [...ids].flatMap((id) => {
    const spells = truth.object(id);
    return spells
      .filter(({ from, value }, place) => {
        const before = spells[place - 1];
        // What a promotion brings back is as old as its entry.
        const isWritten = value.data !== null && value.version === from;
        return isWritten && before !== undefined && before.value.data === null;
      })
      .map(({ from }) => ({
        guarantee: GUARANTEE,
        what: `${formatId(id)} was deleted and came back at ${tellPosition(from)}`,
      }));
  });
}
