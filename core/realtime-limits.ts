/** Bounds of sockets, event streams and polls: part of `LIMITS`. */
export const REALTIME_LIMITS = {
  /** Sockets of one bucket: the platform holds 32,768 an object, and 16,000 of about 2 KB fit beside others in 128 MB. */
  socketsPerBucketMax: 16_000,
  /** Connections of one viewer in one bucket: phone, laptop and a few tabs. */
  socketsPerViewerMax: 8,
  /** Viewers that a bucket remembers, those who just left included. */
  socketStreamsMax: 32_000,
  /** What a socket is told is gathered this long: a person sees no difference, and a storm costs five messages a second. */
  socketTickMs: 200,
  /** Counts of one post are told this often at most. */
  socketCountsEveryMs: 1_000,
  /** How long a viewer who is away is remembered, and a message can be had again: a tunnel, a laptop lid. */
  socketMemoryMs: 5 * 60_000,
  /** Messages of one viewer that can be had again; beyond it the oldest are declared as a gap. */
  socketMessagesMax: 64,
  /** New posts that are counted; a reader makes no difference between 50 and more. */
  newPostsMax: 50,
  /** Authors named with a count of new posts: faces in a pill. */
  newPostAuthorsMax: 3,
  /** Posts whose counts one connection follows: two screens of them. */
  watchedPostsMax: 50,
  /** Pairs of viewer and post that are looked up in one batch, and batches under way. */
  watchLookupPairsMax: 400,
  watchLookupsMax: 2,
  /** Reach of an announced post, or a batch of watched ones: a page's stages have as long. */
  socketLookupMs: 2_500,
  /** Withdrawn posts a bucket remembers, so that a lookup that began before cannot bring one back; longer than a follower may lag. */
  socketRevokedMax: 4_096,
  socketRevokedMs: 90_000,
  /** An object falls asleep after 10 s without anything: what was withdrawn before it woke was so earlier than this. */
  socketAsleepMs: 5_000,
  /**
   * A bucket where nobody is need not be told news for so long: fewer calls the longer it is, but whoever comes
   * meanwhile sees nothing new until it is over.
   */
  socketQuietMs: 5_000,
  /** The bucket takes that to last longer than whoever tells it: a clock may stand still while code runs. */
  socketQuietSkewMs: 1_000,
  /** Viewers who are told of a gap in one tick: each then fetches what is on the screen. */
  socketGapsPerTick: 200,
  /** Who may still see a post whose audience changed must be known by then, or it is withdrawn from all. */
  socketNarrowMs: 1_000,
  /** Events in one call of a bucket, and viewers that they name: one batch of the queue. */
  socketEventsMax: 20_000,
  /** A client's message: 50 ids take 1.1 KB. */
  socketMessageCharsMax: 4_096,
  /** Messages a second of one connection, and burst: scrolling changes what is watched. */
  socketMessagesPerSecond: 5,
  socketMessagesBurst: 40,
  /** A client pings this often; a socket that was silent for `socketSilentMs` may be closed. */
  socketPingMs: 30_000,
  socketSilentMs: 120_000,
  /** A bucket looks for what has expired this often at most: each look wakes it. */
  socketSweepMs: 60_000,
  /** A connection that has not said where to begin by then is closed. */
  socketHelloMs: 15_000,
  /** A ticket for one socket: a client asks for it just before it connects. */
  socketTicketMs: 30_000,
  socketTicketCharsMax: 300,
  /** Calls that wait for one tick of a bucket: more are refused, and come again. A tick of fan-out at its bound has fewer. */
  socketTellsMax: 500,
  /** Changes of one viewer's count that wait for one tick; beyond it the client is told that something may be missing. */
  socketRecountsMax: 1_000,
  /** Tickets that a bucket remembers as used, a row of some 60 bytes each: 500 a second for as long as one lives. */
  socketTicketsUsedMax: 16_384,
  /** A stream of server-sent events ends after this; the client begins the next where it ended. */
  eventStreamMs: 5 * 60_000,
  /** Silence in such a stream: shorter than proxies wait. */
  eventStreamBeatMs: 20_000,
  /** Characters that may wait for a slow reader of such a stream before it is ended. */
  eventStreamWaitingCharsMax: 65_536,
  /** How long a poll may wait for news. */
  pollWaitMsMax: 20_000,
  /** Buckets of sockets in one region. */
  socketBucketsMax: 512,
  /** Per address: sockets, event streams and polls begun. An office reconnects at once after an outage. */
  socketsPerSecond: 100,
  socketsBurst: 2_000,
  /** Client: first and longest wait before it connects again, of which it takes a random share: thousands that lost one bucket come back over two seconds. */
  reconnectBaseMs: 2_000,
  reconnectMaxMs: 60_000,
  /** A connection that lasted this long counts as good: the next wait is the first one again. */
  reconnectGoodMs: 10_000,
  /** Client: tries of one way to connect before it takes the next. */
  transportTriesMax: 3,
  /** Client: no answer to a ping by then means that the connection is dead. */
  pongWaitMs: 10_000,
} as const;
