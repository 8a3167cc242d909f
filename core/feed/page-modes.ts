/** How a feed page was made: in the order of time, or by a rung of ranking's ladder. */
export const FEED_PAGE_MODES = [
  "latest",
  "ranked",
  "cached-scores",
  "light-model",
  "smaller-pool",
  "chronological",
  "stale",
] as const;
