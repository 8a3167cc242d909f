import type { History, Violation } from "../history.ts";
import type { Truth } from "../truth.ts";
import { spellsFrom, tell } from "./floor.ts";

/** G6: after quiescence every follower says what the log says at its end. */
export function checkConvergence({ finals }: History, truth: Truth): readonly Violation[] {
  return finals.flatMap(({ follower, seen }) =>
    seen
      .filter((one) => {
        const head = truth.headAt(one.shard, Number.POSITIVE_INFINITY);
        return spellsFrom(truth, one, head, Number.POSITIVE_INFINITY).length === 0;
      })
      .map((one) => ({
        guarantee: "G6 convergence",
        what: `${follower}: ${tell(one)} is not the last state`,
      })),
  );
}
