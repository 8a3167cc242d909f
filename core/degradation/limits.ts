import { OVERLOAD_LIMITS } from "../resilience/overload-limits.ts";

/** Bounds and thresholds of degradation, part of `LIMITS`: unit in the name, reason beside the number. */
export const DEGRADATION_LIMITS = {
  ...OVERLOAD_LIMITS,

  /** Signals are judged over this much of the past: long enough for a sample, short enough to notice. */
  levelWindowMs: 10_000,
  /** The window moves on by this. */
  levelSliceMs: 1_000,
  /** While something is on or pinned, the controller looks this often though nobody counts anything. */
  levelSilentLookMs: 5_000,
  /** An isolate exchanges counts for the level this often at most: with the call, levels arrive within 2 s. */
  levelPollMs: 1_000,
  /** Such a call is given up after this: the next one asks again. */
  levelExchangeTimeoutMs: 1_000,
  /** A level that could not be renewed is forgotten after this: no isolate is stuck in one. */
  levelKeptMs: 60_000,
  /** Changes that a controller keeps: months of pins, or hours of a region that comes and goes. */
  levelChangesMax: 500,
  /** Of them, in one answer. */
  levelChangesShown: 100,

  /** Specification, level 1. Both are bounds of a histogram's buckets, so that comparing with them is exact. */
  rankingEnterP95Ms: 100,
  rankingExitP95Ms: 75,
  /** Fewer answers have no 95th percentile to speak of. */
  rankingSampleMin: 20,
  /** Share of the calls for the heavy model that found every breaker open: then ranking is away. */
  rankingRefusedShare: 0.5,
  /** As many refusals as failures open a breaker. */
  rankingRefusedMin: 5,

  /** Specification, level 2: among active readers. */
  feedCacheEnterShare: 0.5,
  feedCacheExitShare: 0.6,
  feedCacheSampleMin: 50,

  /** Specification, level 3: attempts that failed, before any retry. */
  taoEnterShare: 0.01,
  taoExitShare: 0.005,
  taoReadSampleMin: 100,
  /** Writes are rarer by far. */
  taoWriteSampleMin: 30,
  /** One lost answer of thirty is 3 %, and means nothing. */
  taoErrorsMin: 3,

  /** A signal must stay good for so long before its level ends; doubled each time it came back too soon. */
  levelDwellMs: 30_000,
  levelDwellMaxMs: 480_000,
  /** Without a sample nothing is known: after this its level ends all the same, or nobody would ever try. */
  levelQuietMs: 60_000,
  /** A signal that stayed good for so long after its level ended begins with the short dwell again. */
  levelForgiveMs: 600_000,

  /** A pin ends by itself: one that is forgotten must not outlive a shift. */
  pinMinutesMax: 720,
  pinReasonCharsMax: 200,
  /** Who pinned it: a subject of a token. */
  pinByCharsMax: 100,
  /** Of a region, words of operators that are known when they are sent again: more than are said while an answer is lost. */
  wordsRemembered: 8,

  /** Of requests at level 1, those that still ask the heavy model, so that its return is noticed. */
  rankingProbeShare: 0.05,
  /** Posts that are ranked at level 1: two pages instead of three. */
  degradedCandidates: 40,
  /** At level 2, entries of the feed cache may be so much older: 15 min, which tickets and own writes outlast. */
  degradedTtlFactor: 3,
  /** At level 1, notifications of one kind wait so long for others of theirs. */
  notificationBatchMs: 30_000,
  /** When a client may try a refused write again: the shortest time in which the level can end. */
  readOnlyRetryMs: 30_000,
  /** In read-only mode one write of each isolate is let through this often: its outcome is the sample. */
  writeProbeEveryMs: 1_000,

  /**
   * A region whose controller has not answered an isolate for so long, in several tries, is unreachable. An
   * object that is moved or restarted is back within two seconds; each second more is one of 504s for its readers.
   */
  unreachableMs: 6_000,
  unreachableTriesMin: 5,
  /** It must answer for so long before traffic comes back. */
  reachableDwellMs: 30_000,
  /** How long all of a region's viewers take to leave it or to come back: caches and servers there fill as they come. */
  regionShiftMs: 60_000,
} as const;
