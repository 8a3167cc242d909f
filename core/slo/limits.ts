const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Bounds and thresholds of objectives, alerts and their webhook: unit in the name, reason beside the number. */
export const SLO_LIMITS = {
  /** Error budgets are for this long, and so what is left of them is. */
  sloPeriodMs: 30 * DAY_MS,
  /** A window with fewer events has no rate to speak of: an empty region never alerts. */
  sloSampleMin: 20,
  /** One lost answer of twenty is fifty times a budget of 0.1 %, and means nothing. */
  pageBadMin: 5,
  /**
   * Within hours a handful is always lost: a night's five unlucky visitors must not open a ticket because the
   * days before were bad.
   */
  ticketBadMin: 20,
  /** A firing alert needs its burn below this share of what it fires at: between the two nothing changes. */
  sloExitShare: 0.8,

  /** Regions are judged this often: the shortest window is five times as long. */
  alertLookMs: MINUTE_MS,
  /** A page ends after so long without its cause, and after at most so long when it kept coming back. */
  pageDwellMs: 5 * MINUTE_MS,
  pageDwellMaxMs: 40 * MINUTE_MS,
  pageForgiveMs: 2 * HOUR_MS,
  /** A ticket is looked at in working hours: it may stay for longer. */
  ticketDwellMs: 30 * MINUTE_MS,
  ticketDwellMaxMs: 4 * HOUR_MS,
  ticketForgiveMs: DAY_MS,
  /** Without any sample an alert ends after so many dwells: nothing says that it still holds. */
  alertQuietDwells: 2,

  /** Level 2 or worse for so long is no longer a moment's trouble. */
  levelAlertAfterMs: 10 * MINUTE_MS,
  /** A pin that outlives this was probably forgotten: half a shift. */
  pinAlertAfterMs: 4 * HOUR_MS,
  /** Requests that are served for another region within 5 min: fewer are a few isolates' bad connections. */
  servedForOthersMin: 20,

  /** Who hears nothing of a firing alert is told again. */
  pageRepeatMs: 4 * HOUR_MS,
  ticketRepeatMs: DAY_MS,
  acknowledgeReasonCharsMax: 200,
  /** Lines of the audit log of alerts that a region keeps, and of them in one answer. */
  alertLogMax: 500,
  alertLogShown: 50,

  /** Messages that wait for the webhook; of more the oldest go, which are the least true. */
  deliveriesMax: 200,
  /** Of one message, characters: the fields are bounded, and none comes close. */
  deliveryCharsMax: 8_000,
  /** A receiver that takes longer gets the message again. */
  deliveryTimeoutMs: 5_000,
  /** Wait after a failure, doubled with each up to the longest. */
  deliveryRetryMs: 10_000,
  deliveryRetryMaxMs: 30 * MINUTE_MS,
  /** Then it is given up: about five hours after the first. */
  deliveryTriesMax: 18,
  /** Messages sent by one alarm: one receiver, one after the other, so that they arrive in order. */
  deliveriesPerAlarm: 10,
  /** Of an answer that says no, characters kept for operators. */
  deliveryErrorCharsMax: 200,
} as const;
