import { describe, it } from "vitest";

import {
  mayAsk,
  refused,
  taken,
  type Throttle,
  UNTHROTTLED,
} from "../../../core/resilience/throttle.ts";

const T = 1_800_000_000_000;

/** A simple generator with a known period, so that shares are the same on every run. */
function counting(seed: number) {
  let state = seed;
  return {
    next: () => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return state / 4_294_967_296;
    },
  };
}

/** 100 requests a second to something that takes `takes` of them a second. @returns sent in the last 10 s, per second. */
function sentPerSecond(takes: number, seconds: number, from: Throttle = UNTHROTTLED) {
  const random = counting(7);
  let [throttle, sent] = [from, 0];
  for (let second = 0; second < seconds; second++) {
    let free = takes;
    for (let n = 0; n < 100; n++) {
      const nowMs = T + second * 1_000 + n * 10;
      const isSent = mayAsk(throttle, nowMs, random);
      const isTaken = isSent && free-- > 0;
      throttle = (isTaken ? taken : refused)(throttle, nowMs);
      if (isSent && second >= seconds - 10) sent++;
    }
  }
  return { perSecond: sent / 10, throttle };
}

describe("adaptive throttling", () => {
  it("holds nothing back while at least half is taken", ({ expect }) => {
    expect(sentPerSecond(100, 60).perSecond).toBe(100);
    expect(sentPerSecond(50, 60).perSecond).toBeGreaterThan(95);
  });

  it("sends about two for each that is taken", ({ expect }) => {
    const { perSecond } = sentPerSecond(20, 60);
    expect(perSecond).toBeGreaterThan(35);
    expect(perSecond).toBeLessThan(50);
  });

  it("goes on asking one in ten where nothing is taken, and comes back within seconds", ({
    expect,
  }) => {
    const away = sentPerSecond(0, 60);
    expect(away.perSecond).toBeGreaterThan(7);
    expect(away.perSecond).toBeLessThan(15);
    expect(sentPerSecond(100, 20, { ...away.throttle, atMs: T }).perSecond).toBeGreaterThan(90);
  });

  it("takes a few refusals for nothing", ({ expect }) => {
    const isAllowed = (throttle: Throttle) => mayAsk(throttle, T, { next: () => 0 });
    let throttle = UNTHROTTLED;
    for (let n = 0; n < 10; n++) throttle = refused(throttle, T);
    expect(isAllowed(throttle)).toBe(true);
    expect(isAllowed(refused(throttle, T))).toBe(false);
    expect(isAllowed(taken(refused(throttle, T), T))).toBe(true);
  });
});
