/** How far a region has stepped back from full service; each level includes those below it. */
export const LEVELS = [0, 1, 2, 3, 4] as const;
export type Level = (typeof LEVELS)[number];

export const LEVEL_NAMES = [
  "normal",
  "ranking_degraded",
  "feed_cache_degraded",
  "tao_degraded",
  "regional_failover",
] as const;
export type LevelName = (typeof LEVEL_NAMES)[number];

export const nameOf = (level: Level): LevelName => LEVEL_NAMES[level];

/** What is watched. Labels of metrics and wire format. */
export const TRIGGERS = ["ranking", "feed_cache", "tao_reads", "tao_writes"] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** Level 4 has no trigger here: whoever cannot reach a region decides it, see `reach.ts`. */
export const LEVEL_OF: Readonly<Record<Trigger, Level>> = {
  ranking: 1,
  feed_cache: 2,
  tao_reads: 3,
  tao_writes: 3,
};
