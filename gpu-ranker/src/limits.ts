/** Bounds of the ranker: unit in the name, reason beside the number. Those of bodies are in core, which callers share. */
export const RANKER_LIMITS = {
  /** What a caller waits when it does not say: the specification's call timeout. */
  budgetMsDefault: 50,
  /** A longer wish is a mistake; a bench that measures without a deadline asks for ten seconds. */
  budgetMsMax: 10_000,
  /** A batch may take this part of the default budget, so that what arrives meanwhile still has two thirds. */
  serviceShare: 1 / 3,
  /** Rows of one batch whatever the estimate says: 16,000 rows of features are 4 MB. */
  batchRowsMax: 16_000,
  /** While the estimate is young: about one request. */
  batchRowsFirst: 512,
  /** Rows that wait for one model: more than any machine scores within a budget. Memory: 10 MB. */
  queueRowsMax: 40_000,
  /** Requests that wait for one model. */
  queueRequestsMax: 1_000,
  /**
   * A request is let in if it is expected to take so much of its time at most. A queue that fills all of it
   * answers everybody at the last moment, and what errs by a moment is work for nobody.
   */
  admitShare: 0.6,
  /** Kept free for writing the answer and for its way back, milliseconds. */
  answerMarginMs: 2,
  /** Weight of the newest batch in the estimate of service time. */
  estimateWeight: 0.2,
  /** A batch that has not ended by then never will: the largest takes under a second on one slow core. */
  hangMs: 5_000,
  /** Loading: a large model, its warm-up and golden records on one busy core; TensorRT builds engines for minutes. */
  loadMsMax: 600_000,
  /** Pause before a thread that ended is started again; doubles up to the second one. */
  restartMs: 100,
  restartMsMax: 10_000,
  /** `manifest.json` and `current` are read whole. */
  manifestBytesMax: 1_000_000,
  modelBytesMax: 2_000_000_000,
  /** Bodies that are being read, together: what slow senders can make it hold. Some 2,000 of 130 KB. */
  readingBytesMax: 256_000_000,
  /** Of a body that is too large, so much is still read and dropped, and for so long, so that its sender sees why. */
  discardBytesMax: 16_000_000,
  discardMs: 2_000,
  /** Bodies of the admin API: a version and a number. */
  adminBodyBytesMax: 4_096,
  /** Connections: a proxy per isolate and region keeps a few open. */
  connectionsMax: 2_048,
  headerBytesMax: 16_384,
  /** From a connection's first byte to the end of a request: nobody waits longer, and slow senders hold memory. */
  requestMs: 10_000,
  keepAliveMs: 75_000,
  /** How long a drain waits for answers under way before it ends anyway; below Kubernetes' 30 s. */
  drainMsMax: 20_000,
  /** After readiness turned false, new calls are still answered for so long: endpoints take a moment to go. */
  drainNoticeMsDefault: 3_000,
  /** Viewer ids have at most 20 digits; other names are taken too. */
  viewerCharsMax: 64,
  /** Candidates at the top whose overlap a shadow compares. */
  shadowTop: 20,
} as const;
