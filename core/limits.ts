import { CLIENT_LIMITS } from "./client-limits.ts";
import { DEGRADATION_LIMITS } from "./degradation/limits.ts";
import { FEED_CACHE_LIMITS } from "./feed/cache/limits.ts";
import { FANOUT_LIMITS } from "./feed/fanout/limits.ts";
import { FEED_LIMITS } from "./feed/limits.ts";
import { MEDIA_LIMITS } from "./media/limits.ts";
import { FEATURE_LIMITS } from "./ranking/feature-limits.ts";
import { REALTIME_LIMITS } from "./realtime-limits.ts";
import { RANK_PROXY_LIMITS } from "./ranking/proxy-limits.ts";
import { RESILIENCE_LIMITS } from "./resilience/limits.ts";
import { TELEMETRY_LIMITS } from "./telemetry/limits.ts";

/** Every bound in the service: unit in the name, reason beside the number. */
export const LIMITS = {
  ...FEED_LIMITS,
  feedPageDefault: 20,
  /** Spec-sized page is 20; 50 keeps a page under about 32 KB. */
  feedPageMax: 50,
  listPageDefault: 30,
  listPageMax: 100,
  /** A ranked cursor names what its segment has shown: up to 60 ids of 13 characters. */
  cursorCharsMax: 1_280,
  ticketCharsMax: 2_048,
  /** Tickets of one request, of answers in parallel: 25 KB at worst, of the 128 KB that Cloudflare takes as headers. */
  ticketsMax: 12,
  idempotencyKeyCharsMax: 64,

  postCharsMax: 5_000,
  commentCharsMax: 2_000,
  nameCharsMax: 80,
  bioCharsMax: 500,
  postMediaMax: 4,
  mediaAltCharsMax: 1_000,
  /** JSON request bodies: the largest legal one, a full post in 4-byte characters, is under 32 KB. */
  bodyBytesMax: 65_536,
  ...MEDIA_LIMITS,
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
  /** What one request logs, UTF-8 as stored: a row of the platform's SQLite holds 2 MB. */
  recordBytesMax: 1_900_000,
  opIdCharsMax: 128,
  /** How long a leader remembers an opId: longer than any client retries. */
  opRetentionMs: 24 * 3_600_000,
  /** Log kept for lagging followers; past it they start over. */
  logRetentionMs: 10 * 60_000,
  logRecordsMax: 20_000,
  /** Log entries kept whatever their age: bounds the log during a bulk load. */
  logEntriesMax: 50_000,
  /** Log records in one push or pull. */
  pushRecordsMax: 200,
  /** Log characters in one push or pull: under the 32 MiB of a call, and little of an isolate's memory. */
  logCharsMax: 8_000_000,
  /** Log kept for a durable consumer that is behind; past it, it must start over. */
  consumerRetentionMs: 24 * 3_600_000,
  /** Log entries kept for such a one, whatever their age: some hundreds of MB of a shard's store. */
  consumerEntriesMax: 1_000_000,
  /** Groups in one delivery to a durable consumer. */
  consumerGroupsMax: 100,
  /** Followers one leader pushes to: 5 regions with up to 12 replicas each. */
  followersMax: 64,
  pushRetryMs: 500,
  /** A follower that has neither answered nor asked for this long is forgotten; it registers again on its next miss. */
  followerForgetMs: 120_000,
  /** Inverse edges in one call to another leader. */
  inverseBatchMax: 500,
  inverseRetryMs: 1_000,
  /** Inverse edges waiting in memory per leader; more wait in its store alone. */
  intentsInMemoryMax: 20_000,
  /** Log records kept in memory for pushes; a follower further behind is served from the store. */
  tailRecordsMax: 256,
  /** How soon after a commit the alarm looks for deliveries that were lost. */
  deliveryAlarmMs: 2_000,
  /** A commit without an answer may become durable this much later: a store's statements end sooner. */
  commitDoubtMs: 10_000,
  /** How often a leader drops old log records and opIds. */
  trimEveryMs: 60_000,
  /** One statement of a store over the network: shorter than a request's budget, so that its answer can say who is away. */
  storeStatementMs: 4_000,
  /** Committed log records that start a run of bringing MySQL's tables up: one for many groups. */
  materialiseRows: 512,
  /** Log records, and about as many characters, in one such run: it must end within the service's 20 s. */
  materialiseRowsMax: 1_024,
  materialiseCharsMax: 1_000_000,
  /**
   * Log records, and about as many characters, that the tables may lack before commits wait: bounds
   * memory and replay. With one more group that is some 6 million of a leader at its bound, a byte each
   * (two outside Latin); 16 leaders in one isolate, all at it at once, would have 96 of its 128 MB. One
   * whose tables follow has under 2 MB.
   */
  memtableRowsMax: 4_096,
  memtableCharsMax: 3_000_000,
  /** Cache entries in one fill: a page of 50 posts with counts over many lists. */
  fillUnitsMax: 20_000,
  overloadRetryMs: 200,
  /** Queued writes of one leader before it answers overloaded. */
  writeQueueMax: 1_000,
  /** Specification: a leader forgets what nobody has asked for in this time. */
  leaderTtlMs: 600_000,
  /** What is asked for all the time is read from the store again after this: heals whatever should ever be wrong in it. */
  leaderAgeMaxMs: 3_600_000,
  /**
   * A leader's memory, by its own estimate: up to 37 MB of heap, so that three leaders fit an isolate of 128 MB beside
   * what else they hold. At 16 MB a leader of 62,000 keys drops what it is asked for again (docs/bench.md, "tao").
   */
  leaderBytesMax: 24_000_000,
  /** Reads of one leader's store under way at once: an object has 6 connections, and commits need some. */
  leaderQueriesMax: 4,
  /** Keys, and edges of lists aside, in one query. */
  leaderQueryKeysMax: 2_000,
  /** Lists in one query: each is a member of one union. */
  leaderQueryListsMax: 100,
  /** Keys that wait for a query before more are refused: some five queries' worth for each that may run. */
  leaderKeysWaitingMax: 40_000,
  /** Reads, fills and pulls one leader has under way before more are refused: a stampede of 1,000 fits. */
  leaderReadsMax: 2_000,
  /** What has waited in a leader for its turn this long is not begun: twice a request's budget, so nobody waits for it. */
  leaderTurnMs: 10_000,
  /** Requests that one group commit may join. */
  groupRequestsMax: 64,
  /**
   * Characters of log after which a group takes no further request. With one more of up to
   * `recordBytesMax`, its intents and quoting, it stays under the 16 MB that one statement may have.
   */
  groupCharsMax: 1_000_000,

  /** A region's right to lead, from each renewal: what a lost region's shards wait for at least. */
  leaseMs: 30_000,
  /** A coordinator extends its leases this often at most, while leaders ask: a third, so that two tries may fail. */
  leaseRenewMs: 10_000,
  /** A leader's question for its lease: several fit into what is left when it begins to ask. */
  leaseAskMs: 5_000,
  /** How long a hand-over waits for the old leader to let go before it waits out the lease instead. */
  releaseWaitMs: 5_000,
  /** One call of the register of the shard map. */
  registerTimeoutMs: 5_000,
  /** An isolate that misses a leader looks into the register this often at most. */
  mapRefreshMs: 1_000,
  /** Such a look holds a request up: after this it goes on with what is known. */
  mapRefreshTimeoutMs: 500,
  /** After a lease could not be had or renewed, how soon it is asked for again. */
  leaseRetryMs: 1_000,
  /** How far the clocks of two machines may differ, and how long after its check an answer may leave. */
  clockSkewMaxMs: 2_000,

  /** Specification: follower TTL, the hard bound on staleness. */
  followerTtlMs: 60_000,
  /** What is known to be older than the TTL is served, marked, while the leader is away: longer than a failover. */
  staleServeMsMax: 15 * 60_000,
  /** After a pull without an answer, whoever may have an old answer gets it without another. */
  leaderRetryMs: 1_000,
  /** How long a follower waits for its leader: a page's stages, which have 2.5 s, then still get what is here. */
  leaderAnswerMs: 2_000,
  /** Fills one follower has under way: 128 of 10 ms each are over 10,000 a second. */
  followerFillsMax: 128,
  /** Readers that wait for fills in one follower: a few KB each. Beyond it, misses are refused and hits answered. */
  followerWaitingMax: 4_000,
  /** A reader joins a fill that left this recently at most: its answer is that old when it comes. */
  fillShareMs: 1_000,
  /** A key that one follower is asked for more often is worth a second in its callers' memory: a fifth of an object's 1,000 a second. */
  hotReadsPerSecond: 200,
  /** One read in so many is counted: odd, so that it does not walk in step with a batch. */
  hotSampleEvery: 13,
  /** Keys counted in a second: some 25,000 reads of keys that all differ; a few hundred KB. */
  hotKeysMax: 2_048,
  /** Design: a caller keeps a hot answer for a second at most. */
  hotCacheMs: 1_000,
  /** Hot answers of one isolate: thousands of objects. */
  hotCacheBytesMax: 4_000_000,
  /** Followers of one shard in one region. */
  replicasMax: 4,
  /** Calls in a row without an answer after which a follower is passed over, and for how long. */
  replicaFailuresMax: 3,
  replicaCooldownMs: 2_000,
  /** Weight of the newest answer in the mean of a follower's latency; what is older fades by half per this time. */
  latencyWeight: 0.2,
  latencyHalfLifeMs: 5_000,
  /** What one isolate remembers of followers: about 10,000 of them. */
  routeBytesMax: 2_000_000,
  /** A third of the 128 MB an isolate has; several followers may share one. */
  followerBytesMax: 16_000_000,
  /** Longest list prefix kept for merged reads: about 250 KB; deeper pages come from the leader. */
  unionPrefixMax: 2_000,
  /** Whose lists readers of one follower asked to have merged: some 800 readers, of ten lists each on its shard. */
  unionListsBytesMax: 1_000_000,
  /** Recently changed keys a follower remembers, to discard fills that were read before. */
  touchedKeysMax: 10_000,
  /** Prefix of a list that a follower fetches on a miss. */
  listPrefix: 64,

  /** Tickets outlast the oldest answer that may be served, however the clocks differ: no marked one goes behind them. */
  ticketTtlMs: 17 * 60_000,
  /** What a client wrote is remembered as its own as long as an entry without it may live, at level 2 too. */
  ticketWritesMs: 1_000_000,
  /** Shards of such writes: most are on the writer's own. */
  ticketWritesMax: 24,
  /** Tickets: shards written or read within `ticketTtlMs`, most recent first. */
  ticketShardsMax: 64,

  /** A cursor is refused after this: long enough for a tab left open overnight. */
  cursorTtlMs: 24 * 3_600_000,
  /** One required stage of a feed: well over any healthy shard, under the request's budget. */
  feedStageBudgetMs: 2_500,
  /** Reactions and names a page can do without are not waited for longer than this. */
  feedOptionalBudgetMs: 250,
  /** Batches of one operator call in flight together: under a Worker's concurrent connections. */
  graphBatchesInFlight: 6,
  /** Reactions of the viewer fetched with a page, newest first; older posts cost one more call. */
  viewerReactionsMax: 500,
  ...FEED_CACHE_LIMITS,
  ...FANOUT_LIMITS,
  ...FEATURE_LIMITS,
  /** Time a request may take end to end. */
  requestBudgetMs: 5_000,

  ...REALTIME_LIMITS,
  ...TELEMETRY_LIMITS,
  ...DEGRADATION_LIMITS,
  ...RESILIENCE_LIMITS,
  ...RANK_PROXY_LIMITS,

  /** Rate limits, requests a second and burst. Scrolling fast is about 5 reads a second. */
  readsPerSecond: 50,
  readsBurst: 200,
  /** A person does not write more; loaders carry a role and are exempt. */
  writesPerSecond: 5,
  writesBurst: 50,
  /** Per address, all its signed-in callers together: an office or a carrier, not a botnet. */
  addressPerSecond: 1_000,
  addressBurst: 4_000,
  /** Per address, not signed in: offices share an address, so more than one person needs. */
  anonymousPerSecond: 10,
  anonymousBurst: 100,
  /** Per address: sign-in and sign-up. */
  signInsPerSecond: 1,
  signInsBurst: 20,
  /** Per address: tokens that fail verification. Apart from sign-ins, which good tokens follow. */
  badTokensPerSecond: 1,
  badTokensBurst: 20,
  /** Per address: one page shows up to 100 images and avatars. */
  mediaPerSecond: 200,
  mediaBurst: 1_000,
  /** Buckets one isolate remembers: about 20,000 callers of some 100 bytes each. */
  rateBucketsBytesMax: 2_000_000,
  /** Verified tokens one isolate remembers: about 8,000 of some 500 bytes each. */
  tokensBytesMax: 4_000_000,
  /** A withdrawn signing key stops working within this time. */
  tokenCacheMs: 300_000,
  tokenCharsMax: 4_096,
  demoTokenMs: 7 * 24 * 3_600_000,
  suggestedUsers: 24,
  demoUsers: 24,
  /**
   * Of a body that is too large, this much is still read and dropped: a client that sends
   * on while the connection closes never sees the answer. A phone's photo fits.
   */
  bodyDiscardBytesMax: 16_000_000,
  /** Width and height, pixels: what common decoders accept. */
  mediaSideMax: 16_384,
  /** Width times height: a phone's 50 megapixels. Decoded, that is 200 MB in every reader's browser. */
  mediaPixelsMax: 52_000_000,
  /** Widths of smaller images, pixels: a phone's column, two densities of it, and a desktop's. */
  imageWidths: [320, 640, 960, 1_280],

  /** Public pages at the edge: fresh for this long, and shown for so much longer while a new one is made. */
  publicFreshMs: 10_000,
  publicStaleMs: 20_000,
  /** After a purge, pages read within this are not kept: followers hear of a write within a second. */
  purgeGraceMs: 2_000,
  /** Purged tags one isolate remembers, some 30 s each: about 1 MB. Beyond it everything is purged. */
  purgedTagsMax: 10_000,
  /** An isolate looks this often for purges of its neighbours, when it shows kept pages at all. */
  purgedTagsRefreshMs: 1_000,
  /** A refresh that has not ended by then died with its request; the next reader starts another. */
  pageRefreshMs: 10_000,
  /** Refreshes of one isolate under way: a page of which none is left is shown until it is gone. */
  pageRefreshesMax: 64,
  /** Tags of one page: a page of 100 reposts names 400 things; the header has 16 KB in all. */
  pageTagsMax: 400,
  /** Tags in one request to the zone's purge API, and requests of one isolate: the Free plan's limits. */
  purgeTagsMax: 100,
  purgesPerMinute: 5,
  purgesBurst: 25,
  /** Tags that wait for the next request which is allowed; the oldest go first, their pages with them. */
  purgeWaitingMax: 1_000,
  purgeTimeoutMs: 5_000,
  /** What its address names: a year, the most that caches make of it (RFC 9111, 1.2.2). */
  immutableMs: 365 * 24 * 3_600_000,
  /** `/docs` and `/openapi.json`: a deployment shows within this. */
  documentFreshMs: 300_000,
  ...CLIENT_LIMITS,
} as const;
