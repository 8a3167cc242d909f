import fc from "fast-check";
import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { PRIORITIES } from "../../../core/resilience/priority.ts";
import {
  accepted,
  OPEN,
  refusalChanceOf,
  refused,
  type Throttle,
} from "../../../core/resilience/priority-throttle.ts";

function after(calls: number, taken: number, nowMs = 0): Throttle {
  let throttle = OPEN;
  for (let call = 0; call < calls; call++)
    throttle = (call < taken ? accepted : refused)(throttle, nowMs);
  return throttle;
}

describe("the chance of a refusal", () => {
  it("is nothing until more than half is refused", ({ expect }) => {
    expect(refusalChanceOf(OPEN, "interactive", 0)).toBe(0);
    expect(refusalChanceOf(after(100, 50), "interactive", 0)).toBe(0);
    expect(refusalChanceOf(after(100, 44), "interactive", 0)).toBeCloseTo(2 / 101);
  });

  it("is nothing for who asks rarely", ({ expect }) => {
    expect(refusalChanceOf(after(LIMITS.throttleRefusalsFree, 0), "interactive", 0)).toBe(0);
  });

  it("leaves one call in twenty when everything is refused", ({ expect }) => {
    expect(refusalChanceOf(after(10_000, 0), "interactive", 0)).toBe(0.95);
  });

  it("is higher for what is less important", ({ expect }) => {
    const half = after(1_000, 500);
    const chances = PRIORITIES.map((priority) => refusalChanceOf(half, priority, 0));
    expect(chances).toEqual(chances.toSorted((a, b) => a - b));
    expect(chances[0]).toBe(0);
    expect(chances.at(-1)).toBeGreaterThan(0.4);
    expect(refusalChanceOf(after(100, 100), "batch", 0)).toBe(0);
  });

  it("forgets what is ten seconds old", ({ expect }) => {
    const all = after(1_000, 0);
    expect(refusalChanceOf(all, "interactive", LIMITS.throttleWindowMs - 1)).toBe(0.95);
    expect(refusalChanceOf(all, "interactive", LIMITS.throttleWindowMs)).toBe(0);
  });

  it("is one, and its memory bounded, whatever comes when", ({ expect }) => {
    const acts = fc.array(
      fc.record({ gapMs: fc.integer({ min: -5_000, max: 9_000 }), isTaken: fc.boolean() }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(acts, (all) => {
        let throttle = OPEN;
        let nowMs = 100_000;
        for (const { gapMs, isTaken } of all) {
          nowMs += gapMs;
          throttle = (isTaken ? accepted : refused)(throttle, nowMs);
          const chance = refusalChanceOf(throttle, "interactive", nowMs);
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(0.95);
          const slices = LIMITS.throttleWindowMs / LIMITS.throttleSliceMs;
          expect(throttle.length).toBeLessThanOrEqual(slices + 1);
        }
      }),
      { numRuns: 50 },
    );
  });
});

it("lets about twice what is accepted through, under a load of five times", ({ expect }) => {
  // A dependency that takes on 100 a second, asked for 500: who is let through beyond that is refused there.
  let throttle = OPEN;
  let state = 7;
  const chanceOf = () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
  let sent = 0;
  for (let second = 0; second < 60; second++) {
    let room = 100;
    for (let call = 0; call < 500; call++) {
      const nowMs = second * 1_000 + 2 * call;
      const isRefused = chanceOf() < refusalChanceOf(throttle, "interactive", nowMs);
      if (!isRefused && second >= 30) sent++;
      const isTaken = !isRefused && room-- > 0;
      throttle = (isTaken ? accepted : refused)(throttle, nowMs);
    }
  }
  expect(sent / 30).toBeGreaterThan(180);
  expect(sent / 30).toBeLessThan(220);
});

/** Two throttles, one behind the other, of a dependency that refuses everything until `backMs`. */
function refusedShare(perSecond: number, backMs: number, fromMs: number, toMs: number): number {
  const throttles: [Throttle, Throttle] = [OPEN, OPEN];
  let state = 7;
  const chanceOf = () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
  let [asked, refusals] = [0, 0];
  for (let nowMs = 0; nowMs < toMs; nowMs += 1_000 / perSecond) {
    const passes = (throttle: Throttle) =>
      chanceOf() >= refusalChanceOf(throttle, "interactive", nowMs);
    const isSent = passes(throttles[0]);
    const isTaken = isSent && passes(throttles[1]) && nowMs >= backMs;
    const settle = isTaken ? accepted : refused;
    throttles[0] = settle(throttles[0], nowMs);
    if (isSent) throttles[1] = settle(throttles[1], nowMs);
    if (nowMs < fromMs) continue;
    asked++;
    if (!isTaken) refusals++;
  }
  return refusals / asked;
}

it("is over half a minute after the overload is, behind another throttle too", ({ expect }) => {
  for (const perSecond of [0.5, 4, 50, 500])
    expect(refusedShare(perSecond, 20_000, 50_000, 70_000), `${perSecond}/s`).toBeLessThan(0.2);
});
