import { LIMITS } from "../core/limits.ts";
import {
  deltaBetween,
  isNothing,
  NO_DELTA,
  type TallyDelta,
} from "../core/telemetry/cache-tally.ts";

/**
 * For `ClientOptions.cacheReport`: the difference of a cache's counters since they were last sent, now
 * and then. A request that fails takes its report with it.
 *
 * @param counts everything since the start.
 */
export function cacheReporter(
  counts: () => TallyDelta,
  nowMs: () => number,
): () => TallyDelta | null {
  let sent = NO_DELTA;
  let sentMs = -Infinity;
  return () => {
    // The gateway takes one in `cacheReportEveryMs`: twice that is never too soon.
    if (nowMs() - sentMs < 2 * LIMITS.cacheReportEveryMs) return null;
    const now = counts();
    const delta = deltaBetween(sent, now);
    if (isNothing(delta)) return null;
    sent = now;
    sentMs = nowMs();
    return delta;
  };
}
