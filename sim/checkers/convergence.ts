import { formatVersion } from "../../core/tao/version.ts";
import type { History, Violation } from "../history.ts";
import type { Truth } from "../truth.ts";
import { spellsFrom, tell } from "./floor.ts";

const GUARANTEE = "G6 convergence";

/**
 * G6: after quiescence every follower says what the log says at its end, or at that moment, and has
 * all of it. At any time it has what it has told its leader, or nothing: that is not pushed again.
 */
export function checkConvergence(
  { finals, laggards = [], brokenWords = [] }: History,
  truth: Truth,
): readonly Violation[] {
  const wrong = finals.flatMap(({ follower, seen, atMs = Number.POSITIVE_INFINITY }) =>
    seen
      .filter((one) => spellsFrom(truth, one, truth.headAt(one.shard, atMs), atMs).length === 0)
      .map((one) => ({
        guarantee: GUARANTEE,
        what: `${follower}: ${tell(one)} is not the last state`,
      })),
  );
  const late = laggards.map(({ follower, applied, head }) => ({
    guarantee: GUARANTEE,
    what: `${follower} stays at ${formatVersion(applied)}, the log is at ${formatVersion(head)}`,
  }));
  const broken = brokenWords.map(({ follower, applied, head }) => ({
    guarantee: GUARANTEE,
    what: `${follower} keeps ${formatVersion(applied)}, and told its leader that it has ${formatVersion(head)}`,
  }));
  return [...wrong, ...late, ...broken];
}
