/** A bucket of `burst` requests that refills at `perSecond`. */
export interface RatePolicy {
  /** Names the policy in the `RateLimit` headers. */
  readonly name: string;
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * When the bucket will be full again, Unix ms: the "theoretical arrival time" of GCRA
 * (ITU-T I.371). One number per caller is the whole state.
 */
export type RateState = number;

export interface RateDecision {
  readonly allow: boolean;
  /** Store this, allowed or not. */
  readonly next: RateState;
  /** Requests that would still be allowed right now. */
  readonly remaining: number;
  /** 0 when allowed. */
  readonly retryAfterMs: number;
  /** Until the bucket is full. */
  readonly resetMs: number;
}

/** Fractions of a millisecond that floating point loses at today's Unix time. */
const ROUNDING_MS = 0.01;

/**
 * Takes one request from the bucket, unless it is empty; a refused request costs nothing.
 *
 * @param state null for a caller not seen before: a full bucket.
 * @param cost where a request takes more than one: bytes, say. At most `burst`.
 */
export function take(
  state: RateState | null,
  nowMs: number,
  policy: RatePolicy,
  cost = 1,
): RateDecision {
  const intervalMs = 1_000 / policy.perSecond;
  const capacityMs = policy.burst * intervalMs;
  // A clock that stepped back must not lock anyone out for longer than an empty bucket does.
  const fullAtMs = Math.min(Math.max(state ?? nowMs, nowMs), nowMs + capacityMs);
  const taken = fullAtMs + cost * intervalMs;
  const overMs = taken - nowMs - capacityMs;
  const allow = overMs <= ROUNDING_MS;
  const next = allow ? taken : fullAtMs;
  const resetMs = next - nowMs;
  return {
    allow,
    next,
    remaining: Math.max(0, Math.floor((capacityMs - resetMs + ROUNDING_MS) / intervalMs)),
    retryAfterMs: allow ? 0 : Math.ceil(overMs),
    resetMs,
  };
}
