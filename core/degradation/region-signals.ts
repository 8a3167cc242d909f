import type { Counter, RegionSums } from "../telemetry/region-counts.ts";
import type { Attempts, Signals } from "./signals.ts";

/** The controller's view of what a region's isolates have counted. */
export function signalsFrom(sums: RegionSums): Signals {
  const ranking = sums.timing("rank_ms");
  return {
    ranking: {
      timed: ranking.count,
      p95Ms: ranking.quantileMs(0.95),
      calls: sums.of("rank_calls"),
      refused: sums.of("rank_refused"),
    },
    feedCache: { asked: sums.of("feed_asked"), hits: sums.of("feed_hits") },
    taoReads: attempts(sums, "tao_reads", "tao_read_errors"),
    taoWrites: attempts(sums, "tao_writes", "tao_write_errors"),
  };
}

const attempts = (sums: RegionSums, calls: Counter, errors: Counter): Attempts => ({
  calls: sums.of(calls),
  errors: sums.of(errors),
});
