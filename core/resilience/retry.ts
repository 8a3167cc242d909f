import type { Clock, Random, Sleep } from "../clock.ts";
import type { Failure } from "../errors.ts";
import type { Result } from "../result.ts";

/** Specification, "Retry Strategy". Delays in milliseconds; jitter as a fraction. */
export interface RetryPolicy {
  readonly retriesMax: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly multiplier: number;
  readonly jitter: number;
}

const backoff = { multiplier: 2, jitter: 0.2 };
export const TAO_READ: RetryPolicy = {
  ...backoff,
  retriesMax: 3,
  initialDelayMs: 10,
  maxDelayMs: 100,
};
/** Only for writes that carry an opId: the first attempt may have committed. */
export const POST_WRITE: RetryPolicy = {
  ...backoff,
  retriesMax: 2,
  initialDelayMs: 50,
  maxDelayMs: 200,
};
export const NO_RETRY: RetryPolicy = {
  ...backoff,
  retriesMax: 0,
  initialDelayMs: 0,
  maxDelayMs: 0,
};

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  /** Asked before every retry; left out: only the policy bounds them. */
  readonly mayRetry?: () => boolean;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or no retry is left before the deadline.
 *
 * @param deadlineMs Unix time, milliseconds. No retry starts at or after it.
 * @returns The last result. Rejects only if `attempt` does, which is a bug there.
 */
export async function retry<T>(
  attempt: () => Promise<Result<T, Failure>>,
  isRetryable: (failure: Failure) => boolean,
  policy: RetryPolicy,
  deadlineMs: number,
  { clock, random, sleep, mayRetry = () => true }: RetryDeps,
): Promise<Result<T, Failure>> {
  let delayMs = policy.initialDelayMs;
  for (let retries = 0; ; retries++) {
    const result = await attempt();
    if (result.ok || retries >= policy.retriesMax || !isRetryable(result.error)) return result;
    const jitteredMs = delayMs * (1 + policy.jitter * (2 * random.next() - 1));
    if (clock.nowMs() + jitteredMs >= deadlineMs || !mayRetry()) return result;
    await sleep(jitteredMs);
    delayMs = Math.min(delayMs * policy.multiplier, policy.maxDelayMs);
  }
}
