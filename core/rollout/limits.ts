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
  /** An isolate asks its region for the register this often at most, with what it has counted. */
  rolloutPollMs: 1_000,
  /** A region's copy is that old at most when it answers: with the poll and the calls, a change arrives within 2 s. */
  rolloutCopyMs: 400,
  /** What an isolate knows may be that old; after a silence the next request waits for the answer. */
  rolloutStaleMs: 2_000,
  /** That request waits so long at most, and goes on with what is known. */
  rolloutWaitMs: 250,
  /** Others that come meanwhile look this often whether it has come. */
  rolloutAwakeLookMs: 10,
  /** A region's call of the register, and an isolate's of its region, are given up after this. */
  rolloutCallMs: 1_000,
  /** The register looks by itself this often while something is under way, so that time passes without traffic too. */
  rolloutLookMs: 2_000,
  /** Counts of a stage are written down this often at most; a register that is lost loses so much of them. */
  rolloutKeepMs: 5_000,
  /** Places of one arm that one exchange may carry: every cell's row, and every register of viewers. */
  rolloutDeltaMax: 2_048,
  /** Entries of the audit log in one answer. */
  rolloutAuditShown: 100,
  /** Entries that the register keeps itself: above, the oldest half goes to the archive. */
  rolloutAuditMax: 2_000,
  /** Pages of an arm before it is judged to be worse: a crash is seen in some, chance needs more. */
  rolloutJudgePagesMin: 30,
  /** Whose last page an isolate remembers, bytes: ten thousand viewers. Others' reactions count for no rollout of a model. */
  rolloutPagesBytesMax: 1_000_000,
} as const;
