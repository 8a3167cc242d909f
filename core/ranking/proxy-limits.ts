/** Bounds of the ranking proxy, part of `LIMITS`: unit in the name, reason beside the number. */
export const RANK_PROXY_LIMITS = {
  /** Candidates of one request; more are a caller's mistake. Four times the pool of a feed. */
  rankRowsMax: 2_000,
  /** Kept from a caller's deadline for what follows a ranker's answer: the light model and the way back. */
  rankReserveMs: 8,
  /** With less than this left no ranker is asked: a small pool takes about as long. */
  rankCallMinMs: 10,
  /** Rows of the smaller pool, the best by the light model: two pages, of the three that a feed's 60 candidates make. */
  rankPoolRows: 40,
  /** A second request goes out when the first has failed, or has not answered by then: half the time of a call. */
  hedgeAfterMs: 25,
  /**
   * A call that nobody waits for any more goes on for so long, to be timed: five times what a level begins at. And so many of an
   * isolate at once: as many failures open a breaker.
   */
  rankOutwaitMs: 500,
  rankOutwaitMax: 5,
  /** Share of calls that may have a second request. */
  hedgeShare: 0.02,
  /** Scores stand in for a ranker for so long: as long as a client takes a page to be fresh. */
  cachedScoresMs: 300_000,
  /** Some 350 viewers with the 60 posts of an entry each, of the 128 MB an isolate has. */
  cachedScoresBytesMax: 8_000_000,
  cachedPostsMax: 1_000,
  /** Of the rows, this share must have cached scores before two models' are put beside each other. */
  cachedShareMin: 0.5,
  /**
   * Calls in a row that a server fails before this isolate passes it over, and for how long, times how often.
   * One time fewer for each `ejectMs` in which it was not.
   */
  ejectAfter: 3,
  ejectMs: 10_000,
  ejectTimesMax: 6,
  /** A pool has its whole share of turns while so much of it is well, as its inverse: 5 of 7. Envoy's. */
  poolOverprovision: 1.4,
  /** With a smaller share of servers left, all of a pool are used, well or not: better than to drown the rest. */
  panicShare: 0.5,
  /** What a server says of its load, and what its answers took, counts for half after this. */
  loadHalfLifeMs: 1_000,
  estimateHalfLifeMs: 5_000,
  estimateWeight: 0.2,
  /** A server that drains is passed over for so long, then looked at again. */
  drainingMs: 5_000,
  /** Load of a sticky pool's server over the mean, beyond which a viewer goes to the next one. */
  stickyLoadFactor: 1.25,
  /** A server that was not heard of for so long is asked whether it is ready, beside a request. */
  healthEveryMs: 5_000,
  healthTimeoutMs: 1_000,
  /** Pools: two for each of the 16 regions that there may be. And servers of one. */
  rankPoolsMax: 32,
  rankServersMax: 16,
  /** Answer bodies: 2,000 rows of 7 numbers and a header are under 60 KB. */
  rankAnswerBytesMax: 100_000,
  /** Versions of models that an isolate remembers for operators: the serving one, a canary, a few before them. */
  rankModelsShown: 8,
} as const;
