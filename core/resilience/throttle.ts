import type { Random } from "../clock.ts";
import { LIMITS } from "../limits.ts";

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

/**
 * May a request go out? Adaptive throttling: a caller whose requests are refused makes fewer itself, and spares
 * the other the work of refusing. "Site Reliability Engineering", chapter 21, equation 21-1, with K = 2; counts fade
 * by half in `throttleHalfLifeMs` where the book has a window.
 */
export function mayAsk(throttle: Throttle, nowMs: number, random: Random): boolean {
  const { requests, accepts } = fadedTo(throttle, nowMs);
  const excess = requests - LIMITS.throttleAccepts * accepts - LIMITS.throttleFree;
  return random.next() >= Math.min(LIMITS.throttleMax, excess / (requests + 1));
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
