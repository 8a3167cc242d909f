/** Bounds of the feed cache: part of `LIMITS`. */
export const FEED_CACHE_LIMITS = {
  /** Buckets of feed entries in one region, unless `FEED_BUCKETS` says otherwise. */
  feedBuckets: 4,
  feedBucketsMax: 1_024,
  /** Specification: a reader's entry lives this long from when it was built; it heals whatever was lost on the way. */
  feedCacheTtlMs: 300_000,
  /** A cache that takes longer is left out: its object, in the same region, answers within a few ms. */
  feedCacheBudgetMs: 250,
  /** Posts of an entry when it is built: three pages. */
  feedEntryPosts: 60,
  /** What is pushed into an entry makes it longer; from here on its oldest are dropped. */
  feedEntryPostsMax: 90,
  /** From the moment a reader misses to the entry that was built for it: longer than a request. */
  feedBuildMsMax: 10_000,
  /** One entry as text: what a row of the platform's SQLite holds. */
  feedEntryCharsMax: 1_900_000,
  /**
   * How long a bucket remembers what it was told: an entry that was built from a follower, which may be
   * `followerTtlMs` behind, is right once all since then has been applied, as long as it lives.
   */
  feedEventsKeptMs: 375_000,
  /**
   * Where nobody reads, events are in memory alone until nothing has come for `feedRestMs`, less than it takes an object
   * to fall asleep. That some may be missing is stored for `feedUnstoredMs` at a time; should the object die meanwhile, what
   * would need them is not kept: for a follower's TTL.
   */
  feedRestMs: 8_000,
  feedUnstoredMs: 30_000,
  /** Text of such events: beyond it they are stored. */
  feedUnstoredCharsMax: 1_000_000,
  /** How far the clock that dated a post may be ahead of the bucket's: it is let in for that much less. */
  feedClockSkewMs: 5_000,
  /** What is remembered in memory is dropped in slices of this. */
  feedEventsSliceMs: 15_000,
  /** Memory of such events in one bucket: 75 s of 200 posts a second; less traffic is remembered for longer. */
  feedEventsBytesMax: 16_000_000,
  /** Memory of one bucket for entries and their posts: some 400 readers of 40 KB. More are in its SQLite. */
  feedEntriesBytesMax: 16_000_000,
  /** Batches of events that a bucket reads when it wakes up: a tenth of a second's work. */
  feedEventRowsMax: 4_000,
  /** How often a bucket drops what has expired. */
  feedSweepMs: 120_000,
  /** Entries in the storage of one bucket. */
  feedBucketEntriesMax: 20_000,
  /** Whoever has read their feed this recently is an active reader: what is commonly called one visit. */
  feedActiveMs: 30 * 60_000,
  /** New posts are counted up to here. */
  feedNewPostsMax: 99,
  /** Redis holds what it is told once per region, not once per bucket: nothing there runs in parallel. */
  feedRedisBuckets: 1,
  /** Events in Redis are kept in slices: one is a hash of 25 MB at 200 posts a second, and a read looks at each. */
  feedRedisSliceMs: 60_000,
  /** Posts that came to an entry: beyond them it is cheaper to build it anew than to find them at each read. */
  feedRedisArrivedMax: 300,
  /** How far the clocks of two Workers may be apart, and how long a write to Redis is on its way, together. */
  feedRedisSkewMs: 5_000,
  /** A write to Redis; nobody waits for it, but its time is part of the skew. */
  feedRedisWriteMs: 2_000,
  /** A Worker that could not tell Redis anything for this long makes it start over: dead letters are not told again. */
  feedRedisOutageMs: 120_000,
  /** Where a Redis that nobody uses loses its beginning: it starts over then. */
  feedRedisHeadTtlMs: 3_600_000,
  /** Signatures that one isolate remembers: of some 6,000 cursors and tickets. */
  signaturesBytesMax: 2_000_000,
  /** Own writes that one entry keeps account of: what 5 a second make of its longest life, 15 min. Beyond it, it is void for who wrote. */
  feedOwnWritesMax: 5_000,
} as const;
