import fc from "fast-check";
import { it } from "vitest";

import { type RatePolicy, type RateState, take } from "../../core/resilience/rate-limit.ts";

const policy = fc.record({
  name: fc.constant("test"),
  perSecond: fc.integer({ min: 1, max: 100 }),
  burst: fc.integer({ min: 1, max: 50 }),
}) satisfies fc.Arbitrary<RatePolicy>;
const START_MS = 1_800_000_000_000;

/** Takes at each moment; the moments that were allowed. */
function allowedAt(rate: RatePolicy, gapsMs: readonly number[]): number[] {
  let [state, nowMs]: [RateState | null, number] = [null, START_MS];
  const allowed: number[] = [];
  for (const gapMs of gapsMs) {
    nowMs += gapMs;
    const decision = take(state, nowMs, rate);
    state = decision.next;
    if (decision.allow) allowed.push(nowMs);
  }
  return allowed;
}

const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });

it("never lets more through than burst plus rate, in any window", ({ expect }) => {
  fc.assert(
    fc.property(policy, gaps, (rate, gapsMs) => {
      const allowed = allowedAt(rate, gapsMs);
      for (let from = 0; from < allowed.length; from++) {
        for (let to = from; to < allowed.length; to++) {
          const seconds = ((allowed[to] ?? 0) - (allowed[from] ?? 0)) / 1_000;
          expect(to - from + 1).toBeLessThanOrEqual(rate.burst + seconds * rate.perSecond + 1e-6);
        }
      }
    }),
    { numRuns: 200 },
  );
});

it("allows exactly what an ordinary token bucket allows", ({ expect }) => {
  fc.assert(
    fc.property(policy, gaps, (rate, gapsMs) => {
      let [tokens, nowMs] = [rate.burst, START_MS];
      const expected: number[] = [];
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        tokens = Math.min(rate.burst, tokens + (gapMs * rate.perSecond) / 1_000);
        if (tokens < 1 - 1e-5) continue;
        tokens -= 1;
        expected.push(nowMs);
      }
      expect(allowedAt(rate, gapsMs)).toEqual(expected);
    }),
  );
});

it("is right about what remains and when to come back", ({ expect }) => {
  fc.assert(
    fc.property(policy, gaps, (rate, gapsMs) => {
      let [state, nowMs]: [RateState | null, number] = [null, START_MS];
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        const { next, allow, remaining, retryAfterMs } = take(state, nowMs, rate);
        state = next;
        expect(allowedNow(rate, state, nowMs, rate.burst + 1)).toBe(remaining);
        if (allow) expect(retryAfterMs).toBe(0);
        else {
          expect(take(state, nowMs + retryAfterMs, rate).allow).toBe(true);
          expect(take(state, nowMs + retryAfterMs - 1.1, rate).allow).toBe(false);
        }
      }
    }),
  );
});

/** How many of `tries` at one moment are allowed. */
function allowedNow(rate: RatePolicy, from: RateState, nowMs: number, tries: number): number {
  let [state, count] = [from, 0];
  for (let i = 0; i < tries; i++) {
    const decision = take(state, nowMs, rate);
    state = decision.next;
    if (decision.allow) count++;
  }
  return count;
}

it("recovers within one refill from a clock that steps back", ({ expect }) => {
  const rate = { name: "test", perSecond: 10, burst: 5 };
  const { next } = take(null, START_MS + 3_600_000, rate);
  const stepped = take(next, START_MS, rate);
  expect(stepped.resetMs).toBeLessThanOrEqual(500);
});
