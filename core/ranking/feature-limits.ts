/** Bounds of feature buckets and of the training log. */
export const FEATURE_LIMITS = {
  /** Keys of one question: 500 candidates, of five kinds each beside the viewer's own. */
  featureKeysMax: 2_501,
  /** Counters in one bucket: some 40 MB of its SQLite, the state of 1,000 viewers who know 200 authors each. */
  featureTalliesMax: 200_000,
  /** Slates in one bucket, some 20 KB each: 40 MB, an hour of one page every two seconds. Beyond it new ones are not logged. */
  featureSlatesMax: 2_000,
  /** Candidates of one slate that is logged: a ranked segment, and what an entry has beside it. */
  featureSlateItemsMax: 200,
  /** Of one viewer, how far back an act looks for what it is about: the pages of a visit. */
  featureSlatesPerAct: 8,
  /** Events of one request: a screenful every second, for a while. */
  featureEventsMax: 200,
  /** A slate counts for this long: what is done later is not because of it. Then it is logged. */
  featureSlateMs: 30 * 60_000,
  /** How often a bucket logs what is old enough, and drops what is too much. */
  featureSweepMs: 5 * 60_000,
  /** Slates in one segment of the log: some 5 MB of text, and the memory of making it. */
  featureSegmentSlates: 100,
  /** Segments in one sweep: the next one goes on. */
  featureSegmentsPerSweep: 10,
} as const;
