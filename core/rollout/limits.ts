/** Bounds of rollouts, part of `LIMITS`: unit in the name, reason beside the number. */
export const ROLLOUT_LIMITS = {
  /** Places on the ring that a viewer's hash falls on: a share moves in steps of 0.01 %. */
  rolloutBuckets: 10_000,
  /**
   * Groups of viewers that outcomes are counted by, so that the spread between viewers can be seen: some thirty give
   * a variance that is off by a quarter at most, and keep the counts of one arm in a few KB.
   */
  rolloutCells: 32,
  /** Widths of the histogram of times: 41 bins, a quarter apart, from 1 ms to 9 s. */
  rolloutLatencyBins: 41,
  rolloutStagesMax: 12,
  /** Rollouts that the register holds, ended ones too: the document that every isolate has stays under 200 KB. */
  rolloutsMax: 32,
  /** Rollouts under way at once: each has its own counts, some 20 KB a region. */
  rolloutsRunningMax: 8,
  rolloutKeyCharsMax: 64,
  rolloutReasonCharsMax: 400,
  /** One arm of a rollout as JSON: a model's version or a table of weights is far smaller. */
  rolloutValueCharsMax: 4_000,
  rolloutBakeMsMax: 7 * 24 * 3_600_000,
  /** Pages of an arm before it is judged to be worse: a crash is seen in some, chance needs more. */
  rolloutJudgePagesMin: 30,
} as const;
