import type { History, Violation } from "../history.ts";
import type { Truth } from "../truth.ts";
import { spellsFrom, tell } from "./floor.ts";

/** G6: after quiescence every follower says what the log says at its end, or at that moment. */
export function checkConvergence({ finals }: History, truth: Truth): readonly Violation[] {
  return finals.flatMap(({ follower, seen, atMs = Number.POSITIVE_INFINITY }) =>
    seen
      .filter((one) => spellsFrom(truth, one, truth.headAt(one.shard, atMs), atMs).length === 0)
      .map((one) => ({
        guarantee: "G6 convergence",
        what: `${follower}: ${tell(one)} is not the last state`,
      })),
  );
}
