import type { History, Violation } from "../history.ts";
import type { Truth } from "../truth.ts";
import { spellsFrom, tell } from "./floor.ts";

/** G8: whatever was seen had been durable once, and before it was seen. */
export function checkValues({ events }: History, truth: Truth): readonly Violation[] {
  return events.flatMap((event) =>
    event.kind === "write"
      ? []
      : event.seen
          .filter((seen) => spellsFrom(truth, seen, 0, event.doneMs).length === 0)
          .map((seen) => ({
            guarantee: "G8 no invented value",
            what: `${event.client} at ${event.doneMs}: ${tell(seen)} was never true`,
          })),
  );
}
