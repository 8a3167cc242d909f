/** Bounds of the operators' dashboard and of what is recorded for it, part of `TELEMETRY_LIMITS`. */
export const OPS_LIMITS = {
  /** Names of sections in one request: two dozen of them. */
  opsNamesCharsMax: 400,
  /** A section that takes longer is answered as it was recorded: the page as a whole stays under a second. */
  opsSectionMs: 800,
  /** A section that asks hundreds of objects may take so long: they are given `statsAnswerMs` each, many at once. */
  opsCostlyMs: 4_000,
  /** And an isolate asks them this often at most. */
  opsCostlyEveryMs: 8_000,
  /** Reading a record, after that. */
  opsRecordReadMs: 500,
  /** An isolate records a section that it has just read this often at most. */
  opsRecordEveryMs: 30_000,
  /** What an isolate has read of the records is asked for again after this. */
  opsRecordKeptMs: 5_000,
  /** One recorded section as JSON: levels of three regions with a hundred changes each are some 120 KB. */
  opsRecordCharsMax: 1_000_000,
  /** A reason for an action: a sentence or two. */
  opsReasonCharsMax: 200,
  /** Who did it: the subject of a token. With the reason it fits into the 8 KB of an object's metadata, however it is written. */
  opsWhoCharsMax: 100,
  /** Of a path in the log: the longest of ours with the longest id is half of that. */
  opsPathCharsMax: 200,
  /** Actions in one answer: one listing of R2. */
  opsActionsShown: 100,
  /** An action that cannot be written down by then is not done. */
  opsActionWriteMs: 2_000,
} as const;
