/** Every bound in the service: unit in the name, reason beside the number. */
export const LIMITS = {
  feedPageDefault: 20,
  /** Spec-sized page is 20; 50 keeps a page under about 32 KB. */
  feedPageMax: 50,
  listPageDefault: 30,
  listPageMax: 100,
  cursorCharsMax: 512,
  ticketCharsMax: 2_048,
  idempotencyKeyCharsMax: 64,

  postCharsMax: 5_000,
  commentCharsMax: 2_000,
  nameCharsMax: 80,
  bioCharsMax: 500,
  postMediaMax: 4,
  mediaAltCharsMax: 1_000,
  /** JSON request bodies: the largest legal one, a full post in 4-byte characters, is under 32 KB. */
  bodyBytesMax: 65_536,
  /** One uploaded image. */
  mediaBytesMax: 5_000_000,
  /** One operator `multiWrite` body: under the 32 MiB an RPC may carry, and small enough to retry. */
  adminBodyBytesMax: 4_000_000,

  /** TAO paper: a list page is at most 6,000 entries and (design) 1 MiB. */
  listEntriesMax: 6_000,
  listBytesMax: 1_048_576,
  /** Reads in one `multi`, so one call cannot hold an object for long. */
  readsPerCallMax: 2_000,
  /** Writes in one `multiWrite`: one log row stays under the 2 MB row limit. */
  writesPerCallMax: 2_000,
  writeBytesMax: 1_500_000,
  opIdCharsMax: 128,
  /** How long a leader remembers an opId: longer than any client retries. */
  opRetentionMs: 24 * 3_600_000,
  /** Log kept for lagging followers; past it they start over. */
  logRetentionMs: 10 * 60_000,
  logRecordsMax: 20_000,
  /** Log records in one push or pull. */
  pushRecordsMax: 200,
  /** Followers one leader pushes to: 5 regions with up to 12 replicas each. */
  followersMax: 64,
  pushRetryMs: 500,
  /** A follower that has not answered for this long is forgotten; it registers again on its next miss. */
  followerForgetMs: 120_000,
  /** Inverse edges in one call to another leader. */
  inverseBatchMax: 500,
  inverseRetryMs: 1_000,
  /** Queued writes of one leader before it answers overloaded. */
  writeQueueMax: 1_000,
  /** Requests that one group commit may join. */
  groupRequestsMax: 64,

  /** Specification: follower TTL, the hard bound on staleness. */
  followerTtlMs: 60_000,
  /** A third of the 128 MB an isolate has; several followers may share one. */
  followerBytesMax: 16_000_000,
  /** Prefix of a list that a follower fetches on a miss. */
  listPrefix: 64,
  /** How long a follower waits for the log to reach a ticket before it asks the leader itself. */
  ticketWaitMs: 20,

  /** Tickets: shards written or read within the follower TTL, most recent first. */
  ticketShardsMax: 64,

  /** Rounds of refilling a feed page whose candidates were filtered away. */
  feedRefillsMax: 5,
  /** Reactions of the viewer fetched with a page, newest first; older posts cost one more call. */
  viewerReactionsMax: 500,
  /** Time a request may take end to end. */
  requestBudgetMs: 5_000,
} as const;
