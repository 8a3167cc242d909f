/** Bounds of pages, of ranking, of what is seen and wished for, and of notifications: part of `LIMITS`. */
export const FEED_LIMITS = {
  /** Rounds of refilling a feed page whose candidates were filtered away. */
  feedRefillsMax: 5,
  /** Candidates fetched beyond a page, so that a few hidden ones cost no second round. */
  feedSlack: 4,
  /** Newest candidates that a ranked feed puts in order together: three pages, so that a good post of this morning may come first. */
  rankedSegment: 60,
  /** Candidates read for the rest of such a segment: more than it had, should something have become visible in it. */
  rankedSegmentMax: 120,
  /** Segments that one page may walk through when all that is left of them is hidden. */
  rankedSegmentsPerPage: 4,
  /**
   * The ranker's 50 ms of the specification, 8 that the proxy keeps for the light model, 15 that a probe of its breaker may wait
   * for its region, and the way to it: with less, a hung ranker's calls would end by this and not by their own timeout,
   * which is what its breaker counts.
   */
  rankBudgetMs: 80,
  /** The ways to the ranking proxy and back, within one place. */
  rankSlackMs: 25,
  /** What the feature bucket may take, in the same region: a few ms, unless it has just woken up. */
  rankFeaturesMs: 75,
  /** When the reader has their page, each of the two may take this long: an entry then lives 5 min with scores. */
  rankAgainMs: 1_000,
  /** To tell the feature bucket something: nobody waits. */
  rankTellMs: 5_000,
  /** Slates in one report of a client: pages of a visit. */
  eventSlatesMax: 10,
  /** Places that a report may name: nobody scrolls further in one sitting; the log's bound. */
  eventPlaceMax: 500,
  /** A post on the screen for this long is read, not passed by. */
  eventDwellMs: 6_000,
  /** An hour: beyond it somebody left the screen on. */
  eventDwellMsMax: 3_600_000,
  /** Ranges of what was seen, per viewer: beyond it the oldest are forgotten. */
  seenRangesMax: 64,
  /** Wishes about authors that a ranked page reads, newest first. */
  feedbackRead: 500,
  /** "More" and "less like this" count for two weeks. */
  feedbackMs: 14 * 24 * 3_600_000,
  /** Things that one page of notifications looks at: some are told together, some are hidden. */
  notificationsRead: 100,
  /** Of a post or comment that a notification is about. */
  notificationTextChars: 140,
  /** Of a full list of notifications, what stays: the registry's bound leaves room for as many again. */
  notificationsKept: 2_500,
  /** Tries to write notifications over what was there when they were compared. */
  noteWriteTries: 4,
  /** Notifications in one write, of people of one shard. */
  notesPerWrite: 500,
  /** People that one text mentions and who are told of it. */
  mentionsMax: 10,
} as const;
