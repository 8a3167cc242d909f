/** When a breaker opens, probes and closes. Times in ms. `SPECIFIED` has the specification's numbers. */
export interface BreakerPolicy {
  /** So many failures within the window open it; successes between them change nothing. */
  readonly failures: number;
  readonly windowMs: number;
  readonly openMs: number;
  /** Probes in flight at once. */
  readonly probes: number;
  /** Successes of probes, with no failure between, that close it. */
  readonly successes: number;
  /** A probe that has not reported by then has no slot any more. */
  readonly probeMs: number;
  /** Share of the window's calls that must have failed as well; null: the count alone decides, as specified. */
  readonly failureRatioMin: number | null;
}

/** Calls of one part of the window. Kept only where a ratio is asked for. */
export interface Slice {
  /** Unix ms. */
  readonly fromMs: number;
  readonly calls: number;
  readonly failures: number;
}

interface Probe {
  readonly id: number;
  /** Unix ms, when its slot frees itself. */
  readonly untilMs: number;
}

/**
 * Plain JSON. `trips` is how often it has opened; with `at` it names the generation: a result counts
 * only in the generation in which its call was let through.
 */
export type Breaker =
  | {
      readonly at: "closed";
      readonly trips: number;
      /** Unix ms of the newest failures, at most as many as open it. */
      readonly failures: readonly number[];
      readonly slices: readonly Slice[];
    }
  | { readonly at: "open"; readonly trips: number; readonly sinceMs: number }
  | {
      readonly at: "half-open";
      readonly trips: number;
      readonly successes: number;
      readonly probes: readonly Probe[];
      /** Begins at the time, so that whoever forgets its probes never names two alike. */
      readonly nextProbe: number;
    };

/** Brought back with the result of a call that was let through. */
export interface Admitted {
  readonly trips: number;
  readonly at: "closed" | "half-open";
  /** Null in the closed state. */
  readonly probe: number | null;
}

export type Admission = { readonly next: Breaker } & (
  | { readonly allow: true; readonly admitted: Admitted }
  /** `retryAfterMs`: when it may be different; 0 when that is for probes under way to say. */
  | { readonly allow: false; readonly retryAfterMs: number }
);

/**
 * `failure`: timeout or service error. `neutral`: says nothing about the service, such as the caller's
 * own cancellation, a 4xx or a polite refusal; a probe gives its slot back.
 */
export type Outcome = "success" | "failure" | "neutral";

/** Of two states of one backend. */
export const isSameGeneration = (a: Breaker, b: Breaker): boolean =>
  a.trips === b.trips && a.at === b.at;

export const closed = (trips = 0): Breaker => ({ at: "closed", trips, failures: [], slices: [] });

/** May a call go out at `nowMs`? `next` must be stored before it does. Never a wait. */
export function admit(breaker: Breaker, nowMs: number, policy: BreakerPolicy): Admission {
  switch (breaker.at) {
    case "closed": {
      const admitted = { trips: breaker.trips, at: "closed", probe: null } as const;
      return { allow: true, next: breaker, admitted };
    }
    case "open": {
      // A clock that stepped back must not keep it open for longer than a trip takes.
      const sinceMs = Math.min(breaker.sinceMs, nowMs);
      const leftMs = sinceMs + policy.openMs - nowMs;
      if (leftMs >= 0) {
        return { allow: false, next: { ...breaker, sinceMs }, retryAfterMs: leftMs + 1 };
      }
      const { trips } = breaker;
      const halfOpen = {
        at: "half-open",
        trips,
        successes: 0,
        probes: [],
        nextProbe: nowMs,
      } as const;
      return admit(halfOpen, nowMs, policy);
    }
    case "half-open": {
      const probes = breaker.probes.filter(({ untilMs }) => untilMs > nowMs);
      if (probes.length >= policy.probes)
        return { allow: false, next: { ...breaker, probes }, retryAfterMs: 0 };
      const { trips, nextProbe: probe } = breaker;
      const next = {
        ...breaker,
        probes: [...probes, { id: probe, untilMs: nowMs + policy.probeMs }],
        nextProbe: probe + 1,
      };
      return { allow: true, next, admitted: { trips, at: "half-open", probe } };
    }
  }
}

/** What a call's result makes of the breaker, which may have moved on since: then nothing. */
export function settle(
  breaker: Breaker,
  admitted: Admitted,
  outcome: Outcome,
  nowMs: number,
  policy: BreakerPolicy,
): Breaker {
  if (breaker.trips !== admitted.trips || breaker.at !== admitted.at) return breaker;
  if (breaker.at === "closed") {
    if (outcome === "neutral") return breaker;
    return counted(breaker, { calls: 1, failures: outcome === "failure" ? 1 : 0 }, nowMs, policy);
  }
  const isKnown = breaker.probes.some(
    ({ id, untilMs }) => id === admitted.probe && untilMs > nowMs,
  );
  // Its slot was freed, and may be another's: too late to say anything.
  if (!isKnown) return breaker;
  if (outcome === "failure") return { at: "open", trips: breaker.trips + 1, sinceMs: nowMs };
  const probes = breaker.probes.filter(({ id }) => id !== admitted.probe);
  const successes = breaker.successes + (outcome === "success" ? 1 : 0);
  return successes >= policy.successes ? closed(breaker.trips) : { ...breaker, probes, successes };
}

/** Calls that ended in the closed state, whoever made them. */
export interface Ended {
  readonly calls: number;
  readonly failures: number;
}

/** `ended` as of now: one caller's, or what several report together. The window is the last `windowMs`, without its beginning. */
export function counted(
  breaker: Extract<Breaker, { at: "closed" }>,
  ended: Ended,
  nowMs: number,
  policy: BreakerPolicy,
): Breaker {
  const isRecent = (atMs: number) => atMs > nowMs - policy.windowMs && atMs <= nowMs;
  const added = Array.from({ length: Math.min(ended.failures, policy.failures) }, () => nowMs);
  const failures = [...breaker.failures.filter(isRecent), ...added].slice(-policy.failures);
  const slices = withSlice(breaker.slices, ended, nowMs, policy);
  const opens = added.length > 0 && failures.length >= policy.failures && isOften(slices, policy);
  return opens
    ? { at: "open", trips: breaker.trips + 1, sinceMs: nowMs }
    : { ...breaker, failures, slices };
}

/** Parts that a window is counted in. */
const SLICES = 10;

function withSlice(
  slices: readonly Slice[],
  { calls, failures }: Ended,
  nowMs: number,
  { windowMs, failureRatioMin }: BreakerPolicy,
): readonly Slice[] {
  if (failureRatioMin === null) return [];
  const widthMs = windowMs / SLICES;
  const fromMs = Math.floor(nowMs / widthMs) * widthMs;
  const recent = slices.filter(
    (slice) => slice.fromMs > fromMs - windowMs && slice.fromMs <= fromMs,
  );
  const now = recent.find((slice) => slice.fromMs === fromMs) ?? { fromMs, calls: 0, failures: 0 };
  const others = recent.filter((slice) => slice !== now);
  return [...others, { fromMs, calls: now.calls + calls, failures: now.failures + failures }];
}

function isOften(slices: readonly Slice[], { failureRatioMin }: BreakerPolicy): boolean {
  if (failureRatioMin === null) return true;
  const calls = slices.reduce((sum, slice) => sum + slice.calls, 0);
  const failures = slices.reduce((sum, slice) => sum + slice.failures, 0);
  return failures >= failureRatioMin * calls;
}

const PHASE = { open: 0, "half-open": 1, closed: 2 } as const;

/**
 * Has `a` come further than `b` of the same backend? Two that were kept apart are one again by taking
 * the later: a trip is later than all before it, and within one it opens, probes and closes.
 */
export const isLater = (a: Breaker, b: Breaker): boolean =>
  a.trips === b.trips ? PHASE[a.at] > PHASE[b.at] : a.trips > b.trips;
