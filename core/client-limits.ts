/** Bounds of the typed client and what it keeps: part of `LIMITS`. */
export const CLIENT_LIMITS = {
  /** Extra attempts after the first, and the longest wait it accepts between two. */
  clientRetriesMax: 2,
  clientRetryWaitMs: 5_000,
  clientRetryBaseMs: 200,
  /** Longer than `requestBudgetMs`, so that the server's own answer arrives first. */
  clientTimeoutMs: 15_000,
  /** A slow line, 0.64 Mbit/s up: an upload may take its size over this. The largest video: 10.4 min. */
  uploadBytesPerSecondMin: 80_000,
  /**
   * Tickets a client holds, and requests under way that may each add one: more wait. Half as many of
   * other tabs' writes. Together `ticketsMax`.
   */
  ticketsOwnMax: 8,
  ticketsHeardMax: 4,
  /** Specification: the client's cache is fresh for five minutes, then shown while it is read again. */
  l1FreshMs: 5 * 60_000,
  /** What a reader without a connection still finds: a week away. */
  l1KeepMs: 7 * 24 * 3_600_000,
  /** Answers one person's client keeps: an evening's reading, some 20 KB each. */
  l1EntriesMax: 250,
  l1BytesMax: 6_000_000,
  /** Writes waiting to be sent: more than a person does in a long flight. */
  outboxItemsMax: 200,
  outboxBytesMax: 1_000_000,
  /** Wait before a waiting write is tried again: full jitter under base * 2^n, at most the longest. */
  outboxRetryBaseMs: 1_000,
  outboxRetryMaxMs: 60_000,
  /** Signing out waits this long for another tab to give up what it is sending. */
  outboxClearWaitMs: 2_000,
  /** Tries of a write that the server answers with an error of its own; no answer at all is tried for ever. */
  outboxTriesMax: 8,
} as const;
