/**
 * How many requests one isolate works on at once, found out by how long they take. A thread that has more than
 * it can do makes each of them slower, and nothing faster; so the limit follows the ratio of what they
 * should take to what they take. After the gradient limits of Netflix's concurrency-limits.
 *
 * Kinds of requests differ in what they take, so each has a time of its own, and the ratio is that of sums.
 */
export interface AdaptiveLimit {
  readonly limit: number;
  /** By kind: ms that it takes when nothing waits, the least mean of a window. */
  readonly baseMs: Readonly<Record<string, number>>;
  /** Unix ms: since then nothing was heard that would say that the least is still what it was. */
  readonly heardMs: number;
  /**
   * Down at a few, to hear what things take now: a window in which what was under way ends, and one
   * that is listened to.
   */
  readonly probe: "none" | "draining" | "listening";
}

export interface LimitPolicy {
  readonly initial: number;
  /** Keeps the thread busy. */
  readonly min: number;
  /** A thread that comes back to what is ready only after this, ms, is busy. */
  readonly busyLagMs: number;
  readonly max: number;
  /** While it listens: so few that they hardly wait for each other. */
  readonly probe: number;
  /** How much longer than its base a request may take, as a factor, and by so many ms beside. */
  readonly tolerance: number;
  readonly slackMs: number;
  /** A base that was not heard for so long is asked for anew, if there is refusing to do. */
  readonly probeEveryMs: number;
  /** Requests of one kind in a window that make a mean. */
  readonly sampleMin: number;
}

/** What happened in one window, between two adaptations. */
export interface LimitWindow {
  /** Requests that ended, and the sum of what they took, ms. */
  readonly ended: ReadonlyMap<string, { readonly count: number; readonly sumMs: number }>;
  /** Most that were under way at once. */
  readonly underWayMax: number;
  readonly refused: number;
  /** How long, in the mean, the thread took to come back to what was ready, ms; null: not heard. */
  readonly lagMs: number | null;
}

export const startLimit = ({ initial }: LimitPolicy, nowMs: number): AdaptiveLimit => ({
  limit: initial,
  baseMs: {},
  heardMs: nowMs,
  probe: "none",
});

/** How many may be under way now. */
export const limitNow = ({ limit, probe }: AdaptiveLimit, policy: LimitPolicy): number =>
  probe === "none" ? limit : policy.probe;

/** The limit after a window. Between `min` and `max`, whatever the window says. */
export function adapted(
  before: AdaptiveLimit,
  window: LimitWindow,
  policy: LimitPolicy,
  nowMs: number,
): AdaptiveLimit {
  if (before.probe === "draining") return { ...before, probe: "listening" };
  const isListening = before.probe === "listening";
  const { baseMs, isNews } = basesAfter(before, window, policy, isListening);
  const heardMs = isListening || isNews ? nowMs : before.heardMs;
  const wanted = nextLimit(before.limit, window, baseMs, policy);
  const limit = Math.max(policy.min, Math.min(policy.max, wanted));
  const isDue = window.refused > 0 && nowMs - heardMs >= policy.probeEveryMs;
  return { limit, baseMs, heardMs, probe: isDue ? "draining" : "none" };
}

/** The least that was heard; or what was heard now, since nothing less is to be heard any more. */
function basesAfter(
  { baseMs }: AdaptiveLimit,
  { ended }: LimitWindow,
  { sampleMin }: LimitPolicy,
  isListening: boolean,
): { readonly baseMs: Readonly<Record<string, number>>; readonly isNews: boolean } {
  const next: Record<string, number> = { ...baseMs };
  let isNews = false;
  for (const [kind, { count, sumMs }] of ended) {
    const meanMs = sumMs / count;
    const known = baseMs[kind] ?? Number.POSITIVE_INFINITY;
    if (count < sampleMin || (meanMs >= known && !isListening)) continue;
    next[kind] = meanMs;
    isNews = true;
  }
  return { baseMs: next, isNews };
}

function nextLimit(
  limit: number,
  { ended, underWayMax, lagMs }: LimitWindow,
  baseMs: Readonly<Record<string, number>>,
  { tolerance, slackMs, busyLagMs }: LimitPolicy,
): number {
  let [tookMs, shouldMs] = [0, 0];
  for (const [kind, { count, sumMs }] of ended) {
    const base = baseMs[kind];
    // What is too rare for a base says nothing.
    if (base === undefined) continue;
    tookMs += sumMs;
    shouldMs += count * (tolerance * base + slackMs);
  }
  if (tookMs === 0 && shouldMs === 0) return limit;
  // Where the thread is heard to come back at once, it is others that are slow, and fewer requests at once would help nobody.
  const isQuiet = lagMs !== null && lagMs < busyLagMs;
  const slower = isQuiet ? 1 : shouldMs / Math.max(tookMs, 1);
  const gradient = Math.max(GRADIENT_MIN, Math.min(1, slower));
  const next = limit * gradient + Math.sqrt(limit);
  // A limit that nobody comes near says nothing about more.
  return next > limit && underWayMax * 2 < limit ? limit : next;
}

/** Halved by a window at most: one bad moment is no collapse. */
const GRADIENT_MIN = 0.5;
