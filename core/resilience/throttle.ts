import type { Random } from "../clock.ts";
import { LIMITS } from "../limits.ts";

/** How many requests may go out for each that is taken. */
export interface ThrottlePolicy {
  /** K in the book. */
  readonly factor: number;
  /** Refusals that change nothing. */
  readonly free: number;
  /** The chance of a refusal here, at most: nobody would see the other recover otherwise. */
  readonly max: number;
}

/**
 * Adaptive throttling: the chance, from 0 to `max`, that a request is refused here. A caller whose requests are refused
 * makes fewer itself, and spares the other the work of refusing. "Site Reliability Engineering", chapter 21,
 * equation 21-1: max(0, (requests - K * accepts) / (requests + 1)).
 */
export function refusalChance(
  requests: number,
  accepts: number,
  { factor, free, max }: ThrottlePolicy,
): number {
  const excess = requests - factor * accepts - free;
  return Math.min(max, Math.max(0, excess / (requests + 1)));
}

/**
 * What a caller remembers of a dependency that may refuse: requests that have ended, sent or not, and those of
 * them that were taken, both fading. Requests under way count for nothing yet: a burst is no overload.
 */
export interface Throttle {
  readonly requests: number;
  readonly accepts: number;
  /** Unix ms as of which both are. */
  readonly atMs: number;
}

export const UNTHROTTLED: Throttle = { requests: 0, accepts: 0, atMs: 0 };

const RANKER: ThrottlePolicy = {
  factor: LIMITS.throttleAccepts,
  free: LIMITS.throttleFree,
  max: LIMITS.throttleMax,
};

/** May a request go out? Counts fade by half in `throttleHalfLifeMs` where the book has a window. */
export function mayAsk(throttle: Throttle, nowMs: number, random: Random): boolean {
  const { requests, accepts } = fadedTo(throttle, nowMs);
  return random.next() >= refusalChance(requests, accepts, RANKER);
}

/** The dependency took the request, whatever became of it then. */
export function taken(throttle: Throttle, nowMs: number): Throttle {
  const { requests, accepts, atMs } = fadedTo(throttle, nowMs);
  return { requests: requests + 1, accepts: accepts + 1, atMs };
}

/** The dependency refused the request, or it did not go out: it was wanted all the same. */
export function refused(throttle: Throttle, nowMs: number): Throttle {
  const { requests, accepts, atMs } = fadedTo(throttle, nowMs);
  return { requests: requests + 1, accepts, atMs };
}

function fadedTo({ requests, accepts, atMs }: Throttle, nowMs: number): Throttle {
  const factor = 2 ** (-Math.max(0, nowMs - atMs) / LIMITS.throttleHalfLifeMs);
  return { requests: requests * factor, accepts: accepts * factor, atMs: nowMs };
}
