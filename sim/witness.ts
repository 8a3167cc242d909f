import type { Failure } from "../core/errors.ts";
import type { Result } from "../core/result.ts";
import type { Leader } from "../core/tao/leader.ts";
import type { LeaderService } from "../core/tao/service.ts";
import type { Version } from "../core/tao/version.ts";
import type { Tally } from "./tally.ts";

/**
 * A leader as its callers see it; whatever it does as leader is noted when the answer leaves.
 *
 * @param leave resolves then; null: at once.
 */
export function witness(
  leader: Leader,
  tally: Tally,
  leave: () => Promise<void> | null,
  acted: (at: Version, what: string) => void,
): LeaderService {
  /** @param at where it acted, null where the answer does not say. */
  const watch = <T>(
    what: string,
    at: (value: T) => Version | null,
    asked: Promise<Result<T, Failure>>,
  ) =>
    asked.then(async (answer) => {
      await leave();
      const version = answer.ok ? at(answer.value) : null;
      if (version !== null) acted(version, what);
      if (!answer.ok) countRefusal(answer.error, tally);
      return answer;
    });
  return {
    write: (request) =>
      watch(
        "a write was acknowledged",
        ({ replayed, at }) => (replayed ? null : at),
        leader.write(request),
      ),
    read: (request) => watch("a read was answered", ({ at }) => at, leader.read(request)),
    fill: (follower, request) =>
      watch("a fill was answered", ({ at }) => at, leader.fill(follower, request)),
    pull: (follower, after) =>
      watch("a pull was answered", (tail) => tail?.head ?? null, leader.pull(follower, after)),
    applyInverses: (from, inverses) => watch("", () => null, leader.applyInverses(from, inverses)),
    release: (epoch) => watch("", () => null, leader.release(epoch)),
    sweep: () => watch("", () => null, leader.sweep()),
  };
}

function countRefusal(failure: Failure, tally: Tally): void {
  if (failure.code === "moved") tally.count("moved answers");
  const hasNoLease = failure.code === "unavailable" && failure.dependency !== "store";
  if (hasNoLease) tally.count("refused without a lease");
}
