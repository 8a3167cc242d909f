import { OPS_LIMITS } from "../ops/limits.ts";

/** Bounds of what is counted and reported, part of `LIMITS`: unit in the name, reason beside the number. */
export const TELEMETRY_LIMITS = {
  ...OPS_LIMITS,
  /** A gateway passes on what it has counted this often at most: one small write per isolate and layer. */
  cacheFlushMs: 10_000,
  /** A client's own counts are taken from one caller this often at most. */
  cacheReportEveryMs: 5_000,
  /** Reads of each kind that one such report may bring: more than a person does in its time, and little for a liar. */
  cacheReportReadsMax: 100,
  /** Bytes that it may say were answered: a hundred pages. */
  cacheReportBytesMax: 10_000_000,
  /** Ages that it may say: a hundred answers, a week old each. */
  cacheReportAgeMsMax: 100 * 7 * 24 * 3_600_000,
  cacheReportCharsMax: 160,
  /** Callers whose last report one isolate remembers, bytes: some 10,000. */
  cacheReportersBytesMax: 1_000_000,
  /** Objects asked for their counters at once, by one operator's request. */
  statsInFlight: 32,
  /** An object that takes longer is named as away; with the width above, hundreds of them fit into a request. */
  statsAnswerMs: 1_500,
  /** The ranking proxy waits for its regions' objects for `statsAnswerMs`, and then answers. */
  rankingReportMs: 2_000,
  /** Text of one event: a message and the first lines of a stack. Of 16 KB that a data point may have. */
  eventTextCharsMax: 1_000,

  /** A region's minutes are kept for so long, and one hour more at most: a day, and what a burn rate looks back to. */
  historyMinutesKeptMs: 26 * 3_600_000,
  /** Its hours: a month, which error budgets are of. 768 rows. */
  historyHoursKeptMs: 32 * 24 * 3_600_000,
  /** Points of one series: more than a plot has pixels for. */
  historyPointsMax: 400,
  /** Names that one question is about: all of them. */
  historyOnlyCharsMax: 2_000,
  /** Sums of closed hours that are remembered: one for each window that is asked for again and again. */
  historyPrefixesMax: 16,
  /** `traceparent` and `tracestate`: as much as the W3C asks everybody to pass on. Longer ones are left out. */
  traceHeaderCharsMax: 512,
  traceStateMembersMax: 32,
  /** Share of requests that are traced where `TRACE_SAMPLE` says nothing: enough to see every route, and little to keep. */
  traceShare: 0.01,
  /** A fifth of the time that a request has: one that takes longer is worth a line, traced or not. */
  slowRequestMs: 1_000,
  /** Such lines of one isolate, and of failures: a region in trouble has thousands, which all say the same. */
  lateSpansPerSecond: 10,
} as const;
