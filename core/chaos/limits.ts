/** Bounds of drills: unit in the name, reason beside the number. */
export const DRILL_LIMITS = {
  /** Faults at a time: more than one thing is rarely wrong at once, and each call looks at all of them. */
  drillsMax: 16,
  /** A drill ends by itself: one that is forgotten must not outlive the hour it was announced for. */
  drillMinutesMax: 60,
  /** Three seconds: shorter than that it would be over before every isolate has heard of it. */
  drillMinutesMin: 0.05,
  /** Of the audit log, oldest first out: months of drills. */
  drillAuditMax: 200,
  drillReasonCharsMax: 200,
  /** Who: a subject of a token. */
  drillByCharsMax: 100,
  /** Added to a call, at most: longer than any caller waits. */
  drillLatencyMsMax: 10_000,
  /** Either way; far more than `clockSkewMaxMs`, so that what lies beyond it can be seen, too. */
  drillSkewMsMax: 60_000,
  /** An isolate asks what is going on this often at most, beside a call. */
  drillPollMs: 1_000,
  /** What it heard longer ago than this is asked for again before a call goes on: a stop is known within 2 s. */
  drillKnownMs: 2_000,
  /** Such a question is given up after this, and nothing is taken to be going on. */
  drillAskMs: 1_000,
  /** A call that is to time out does so after this: as long as the slowest caller inside the product waits. */
  drillTimeoutMs: 2_000,
  /** A call across a partition ends after this, where its caller has no time limit of its own. */
  drillPartitionMs: 10_000,
  /** Calls that an isolate lets hang at a time: memory. More fail at once. */
  drillHeldMax: 1_000,
} as const;
