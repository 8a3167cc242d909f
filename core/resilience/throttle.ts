import type { Random } from "../clock.ts";
import { LIMITS } from "../limits.ts";

/**
 * What a caller remembers of a dependency that may refuse: requests it wanted to make and requests that
 * were taken, both fading.
 */
export interface Throttle {
  readonly requests: number;
  readonly accepts: number;
  /** Unix ms as of which both are. */
  readonly atMs: number;
}

export const UNTHROTTLED: Throttle = { requests: 0, accepts: 0, atMs: 0 };

/**
 * Adaptive throttling: a caller whose requests are refused makes fewer itself, and spares the other the
 * work of refusing. "Site Reliability Engineering", chapter 21, equation 21-1, with K = 2; counts fade by half
 * in `throttleHalfLifeMs` where the book has a window.
 *
 * @returns whether the request may go out, and what to keep: refused here, it counts as wanted all the same.
 */
export function wanted(
  throttle: Throttle,
  nowMs: number,
  random: Random,
): { readonly allow: boolean; readonly next: Throttle } {
  const { requests, accepts } = fadedTo(throttle, nowMs);
  const excess = requests - LIMITS.throttleAccepts * accepts - LIMITS.throttleFree;
  const allow = random.next() >= Math.min(LIMITS.throttleMax, excess / (requests + 1));
  return { allow, next: { requests: requests + 1, accepts, atMs: nowMs } };
}

/** The dependency took the request, whatever became of it then. */
export function taken(throttle: Throttle, nowMs: number): Throttle {
  const { requests, accepts, atMs } = fadedTo(throttle, nowMs);
  return { requests, accepts: accepts + 1, atMs };
}

function fadedTo({ requests, accepts, atMs }: Throttle, nowMs: number): Throttle {
  const factor = 2 ** (-Math.max(0, nowMs - atMs) / LIMITS.throttleHalfLifeMs);
  return { requests: requests * factor, accepts: accepts * factor, atMs: nowMs };
}
