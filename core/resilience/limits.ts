import type { BreakerPolicy } from "./breaker.ts";

/** Bounds of how failures of a dependency are met, part of `LIMITS`: unit in the name, reason beside the number. */
export const RESILIENCE_LIMITS = {
  /** Work that an isolate shares is bounded by a second or two: begun longer ago, its request has ended before it. */
  sharedWorkLostMs: 5_000,

  /** Specification, "Circuit breaker": this many failures within the window open it. */
  breakerFailures: 5,
  breakerWindowMs: 10_000,
  breakerOpenMs: 30_000,
  breakerProbes: 3,
  breakerSuccesses: 2,
  /** Specification: a call that takes longer has failed. */
  rankCallMs: 50,
  /** A probe's slot frees itself after this: many call timeouts, and a small part of what it is open. */
  breakerProbeMs: 1_000,
  /** Backends that one region's object knows: servers of rankers, with room for renamed ones. */
  breakerBackendsMax: 64,
  /** Transitions kept for the operator: some hours of a service that comes and goes. */
  breakerHistoryMax: 50,
  /** How long a call waits for its region's word, to probe or at an isolate's start; then the isolate decides alone. */
  breakerAskMs: 15,
  /** An isolate that was refused a probe asks again after this at the latest. */
  breakerAskAgainMs: 250,
  /** A report that nobody answers is given up: the next one says the same again. */
  breakerReportMs: 1_000,
  /** Calls whose failure reports may wait while one is under way: the newest say enough to open. */
  breakerReportMax: 16,
  /** Adaptive throttling: so many requests go out for each that is taken, so that it shows when more would be. */
  throttleAccepts: 2,
  /** Refusals that change nothing: one or two say little. */
  throttleFree: 10,
  /** Some go out whatever was refused, or nobody would ever know better. */
  throttleMax: 0.9,
  /** A ranker that was too busy is well again within seconds. */
  throttleHalfLifeMs: 2_000,
  /** Hedges that a quiet time saves up: a burst's worth, whatever the share. */
  hedgesSavedMax: 10,
} as const;

/** The specification, exactly. */
export const SPECIFIED: BreakerPolicy = {
  failures: RESILIENCE_LIMITS.breakerFailures,
  windowMs: RESILIENCE_LIMITS.breakerWindowMs,
  openMs: RESILIENCE_LIMITS.breakerOpenMs,
  probes: RESILIENCE_LIMITS.breakerProbes,
  successes: RESILIENCE_LIMITS.breakerSuccesses,
  probeMs: RESILIENCE_LIMITS.breakerProbeMs,
  failureRatioMin: null,
};
