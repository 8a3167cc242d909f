import { LIMITS } from "../limits.ts";
import type { Trigger } from "./levels.ts";

/** What readers and writers of a region met within the last window. Warm-up and batch traffic is not in it. */
export interface Signals {
  /** Calls that asked for the heavy model. */
  readonly ranking: {
    /** Answers with a time that the ranker, or a probe of it, said. */
    readonly timed: number;
    /** ms, a bound of a bucket; null without answers. */
    readonly p95Ms: number | null;
    readonly calls: number;
    /** Calls that found every breaker open. */
    readonly refused: number;
  };
  /** Pages asked for by active readers. */
  readonly feedCache: { readonly asked: number; readonly hits: number };
  /** Attempts, each retry counted as another. */
  readonly taoReads: Attempts;
  readonly taoWrites: Attempts;
}

export interface Attempts {
  readonly calls: number;
  readonly errors: number;
}

const NONE: Attempts = { calls: 0, errors: 0 };
/** Of a region in which nothing happens. */
export const NO_SIGNALS: Signals = {
  ranking: { timed: 0, p95Ms: null, calls: 0, refused: 0 },
  feedCache: { asked: 0, hits: 0 },
  taoReads: NONE,
  taoWrites: NONE,
};

/** `unclear`: no reason to enter, and none to leave. `unknown`: too few to say. */
export type Verdict = "bad" | "unclear" | "good" | "unknown";

/** What each signal says by itself: thresholds apart for entry and exit, and a minimum sample for both. */
export const judge = (signals: Signals): Readonly<Record<Trigger, Verdict>> => ({
  ranking: judgeRanking(signals.ranking),
  feed_cache: judgeFeedCache(signals.feedCache),
  tao_reads: judgeAttempts(signals.taoReads, LIMITS.taoReadSampleMin),
  tao_writes: judgeAttempts(signals.taoWrites, LIMITS.taoWriteSampleMin),
});

function judgeRanking({ timed, p95Ms, calls, refused }: Signals["ranking"]): Verdict {
  const isBroken =
    refused >= LIMITS.rankingRefusedMin && refused >= LIMITS.rankingRefusedShare * calls;
  if (isBroken) return "bad";
  if (p95Ms === null || timed < LIMITS.rankingSampleMin) return "unknown";
  if (p95Ms > LIMITS.rankingEnterP95Ms) return "bad";
  return p95Ms <= LIMITS.rankingExitP95Ms ? "good" : "unclear";
}

function judgeFeedCache({ asked, hits }: Signals["feedCache"]): Verdict {
  if (asked < LIMITS.feedCacheSampleMin) return "unknown";
  if (hits < LIMITS.feedCacheEnterShare * asked) return "bad";
  return hits >= LIMITS.feedCacheExitShare * asked ? "good" : "unclear";
}

function judgeAttempts({ calls, errors }: Attempts, sampleMin: number): Verdict {
  if (calls < sampleMin) return "unknown";
  if (errors > LIMITS.taoEnterShare * calls)
    return errors >= LIMITS.taoErrorsMin ? "bad" : "unclear";
  return errors <= LIMITS.taoExitShare * calls ? "good" : "unclear";
}

/** The signal in words, for operators and the audit log. */
export function describe(trigger: Trigger, signals: Signals): string {
  const { ranking, feedCache } = signals;
  switch (trigger) {
    case "ranking":
      return ranking.refused > 0
        ? `breaker open: ${ranking.refused} of ${ranking.calls} calls refused`
        : ranking.p95Ms === null
          ? "no ranker answered"
          : `ranking p95 ${ranking.p95Ms} ms over ${ranking.timed} answers`;
    case "feed_cache":
      return `feed cache answered ${feedCache.hits} of ${feedCache.asked} pages`;
    case "tao_reads":
      return `${signals.taoReads.errors} of ${signals.taoReads.calls} reads of the graph failed`;
    case "tao_writes":
      return `${signals.taoWrites.errors} of ${signals.taoWrites.calls} writes to the graph failed`;
  }
}
