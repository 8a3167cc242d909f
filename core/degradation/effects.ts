import { LIMITS } from "../limits.ts";
import type { RankMode } from "../ranking/service.ts";
import type { Level } from "./levels.ts";

/**
 * What a level does: the one place that says so. Whoever makes a page, sends a message or takes a write
 * reads it here, and decides nothing by the number of the level.
 */
export interface Effects {
  readonly level: Level;
  readonly ranking: {
    /** The best rung that may be asked for. */
    readonly atMost: RankMode;
    /** Share of requests that ask for the best all the same: without them nobody would see it return. */
    readonly probeShare: number;
    /** Posts that are ranked for a first page. */
    readonly candidates: number;
  };
  /** `latest`: in the order of time, whatever was asked for. */
  readonly order: "as asked" | "latest";
  /** What a first page that no cache has is made with: the whole entry, or itself alone, which takes fewer reads. */
  readonly onMiss: "entry" | "page";
  /** Whether a page by itself is followed by building the whole entry, for later readers. */
  readonly entriesAfterwards: boolean;
  /** How much older an entry of the feed cache may be. */
  readonly feedTtlFactor: number;
  /** How long news of notifications waits for more of them, ms. */
  readonly notificationsEveryMs: number;
  readonly liveCounts: boolean;
  /** `protective`: what hides something, and the level; nothing else. */
  readonly realtime: "all" | "protective";
  /** Reads take what is there, however old, marked. */
  readonly allowStale: boolean;
  readonly readOnly: boolean;
}

const NORMAL: Effects = {
  level: 0,
  ranking: { atMost: "ranked", probeShare: 1, candidates: LIMITS.feedEntryPosts },
  order: "as asked",
  onMiss: "entry",
  entriesAfterwards: true,
  feedTtlFactor: 1,
  notificationsEveryMs: 0,
  liveCounts: true,
  realtime: "all",
  allowStale: false,
  readOnly: false,
};

const RANKING_DEGRADED: Effects = {
  ...NORMAL,
  level: 1,
  ranking: {
    atMost: "cached-scores",
    probeShare: LIMITS.rankingProbeShare,
    candidates: LIMITS.degradedCandidates,
  },
  notificationsEveryMs: LIMITS.notificationBatchMs,
};

const FEED_CACHE_DEGRADED: Effects = {
  ...RANKING_DEGRADED,
  level: 2,
  ranking: { ...RANKING_DEGRADED.ranking, atMost: "chronological", probeShare: 0 },
  order: "latest",
  onMiss: "page",
  feedTtlFactor: LIMITS.degradedTtlFactor,
  liveCounts: false,
};

const TAO_DEGRADED: Effects = {
  ...FEED_CACHE_DEGRADED,
  level: 3,
  entriesAfterwards: false,
  realtime: "protective",
  allowStale: true,
  readOnly: true,
};

/** Of a region that is failed over itself: its requests are served elsewhere, see `afterFailover`. */
const FAILED_OVER: Effects = { ...NORMAL, level: 4, allowStale: true };

const EFFECTS: Readonly<Record<Level, Effects>> = {
  0: NORMAL,
  1: RANKING_DEGRADED,
  2: FEED_CACHE_DEGRADED,
  3: TAO_DEGRADED,
  4: FAILED_OVER,
};

export const effectsOf = (level: Level): Effects => EFFECTS[level];

/** Of a request whose own region is failed over: by the level of the one that serves it, and by level 4. */
export const afterFailover = (serving: Effects): Effects => ({
  ...serving,
  level: serving.readOnly ? serving.level : 4,
  allowStale: true,
});

/**
 * The best rung that one request may ask for.
 *
 * @param chance uniform in [0, 1).
 */
export const rankAtMost = ({ ranking }: Effects, chance: number): RankMode =>
  chance < ranking.probeShare ? "ranked" : ranking.atMost;
