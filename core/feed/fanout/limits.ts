/** Bounds of fan-out, part of `LIMITS`: unit in the name, reason beside the number. */
export const FANOUT_LIMITS = {
  /** Edges that are older than this when they are written come from an import: they are not fanned out. */
  fanoutAgeMaxMs: 3_600_000,
  /** Events that wait in one shard's fan-out before its log is read no further: some 20 MB of SQLite. */
  fanoutEventsMax: 50_000,
  /** Events planned in one go: a turn of the object stays short. */
  fanoutPlanMax: 64,
  /** Readers of a list that are read together with the post: most authors have no more, and of others they are read in vain. */
  fanoutFewReaders: 100,
  /** Posts whose readers are read at once. */
  fanoutReadsInFlight: 4,
  /** Chunks that are planned and not done; more events wait unplanned. */
  fanoutChunksMax: 1_000,
  /** Chunks of one shard on their way at once: what is lost or late is that much at most. */
  fanoutWindow: 64,
  /** Readers in one chunk: with the post, well under a message's 128 KB. */
  fanoutChunkReaders: 1_000,
  /** One message of the queue, bytes: the platform refuses more than 128 KB. */
  fanoutMessageBytesMax: 110_000,
  /** Messages sent to the queue at once: the platform takes 100, of 256 KB together. */
  fanoutSendMax: 100,
  fanoutSendBytesMax: 240_000,
  /** Events beside posts in one chunk: each costs its bucket a line. */
  fanoutBesideMax: 200,
  /** They go out this often at most, and at once after a lull: a screen follows within the second. */
  fanoutBesideEveryMs: 250,
  /** Counts go out this often at most: all that changed since, in one message. */
  fanoutCountsEveryMs: 1_000,
  fanoutCountsMax: 500,
  /**
   * Should the object die, the next life goes on after this: as long as an answer is waited for, and longer than
   * a post's work takes, so that one alarm serves several posts.
   */
  fanoutAlarmMs: 8_000,
  /** A chunk without an answer is sent again after this, doubled with each try up to the longest wait. */
  fanoutAnswerMs: 8_000,
  fanoutAnswerMsMax: 60_000,
  /** A chunk that failed is sent again after this, doubled with each try up to the longest wait. */
  fanoutRetryMs: 500,
  fanoutRetryMsMax: 30_000,
  /** Then it is a dead letter: some four minutes after the first. */
  fanoutTriesMax: 10,
  /** Dead letters of one shard, up to 110 KB each, of the 10 GB that its object holds; the oldest go first. */
  fanoutDeadMax: 2_000,
  /** Posts whose spreading is remembered, newest first. */
  fanoutRecordsMax: 2_000,
  /** Newest posts that the ages are taken from. */
  fanoutAgesOf: 1_000,
  /** Weight of one chunk in what is known of readers' activity: the last few dozen count. */
  fanoutActivityWeight: 0.05,
  /** Calls to buckets that one batch of the queue has under way. */
  fanoutCallsInFlight: 24,
  /** What one batch's notifications may take: less than a chunk waits for its answer. */
  fanoutSinkMs: 5_000,
  /**
   * What the parts of spreading a post cost, ms of CPU: they choose push or announce. From
   * `npm run bench -- fan-out` (docs/bench.md): 5 µs a follower over four regions, of which 1.2 are its
   * chunk's; an announced post 1.5 ms more than one that is pushed to as many buckets. The call alone is the
   * platform's floor; posts of one batch share it. An entry is not measured.
   */
  fanoutCosts: { chunkMs: 1.2, callMs: 0.3, readerMs: 0.001, announceMs: 1.5, entryMs: 0.0005 },
  /** What is known of entries fades by this with each chunk that is pushed: announcing is tried again in time. */
  fanoutEntriesFade: 0.002,
} as const;
