import fc from "fast-check";
import { describe, it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import {
  begun,
  choose,
  costOf,
  ended,
  type Health,
  isHealthy,
  Routes,
  UNKNOWN,
} from "../../../core/tao/route.ts";

const NOW = 1_000_000;
const AWAY: Failure = { code: "unavailable", dependency: "follower", retryAfterMs: 1 };
const LEADER_AWAY: Failure = { code: "unavailable", dependency: "leader", retryAfterMs: 1 };

const health = fc.record({
  latencyMs: fc.integer({ min: 0, max: 500 }),
  heardMs: fc.integer({ min: NOW - 20_000, max: NOW }),
  outstanding: fc.nat(50),
  failures: fc.nat(5),
  retryAtMs: fc.integer({ min: NOW - 3_000, max: NOW + 3_000 }),
});
/** Both draws of one choice, in [0, 1). */
const draws = fc.tuple(fc.nat(999_999), fc.nat(999_999));
const drawing = (numbers: readonly number[]) => {
  let place = 0;
  return { next: () => (numbers[place++] ?? 0) / 1_000_000 };
};
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

describe("the choice", () => {
  it("never falls on an unhealthy follower while there is a healthy one", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(health, { maxLength: 6 }), draws, (candidates, numbers) => {
        const place = choose(candidates, NOW, drawing(numbers));
        const healthy = candidates.filter((candidate) => isHealthy(candidate, NOW));
        if (healthy.length === 0) expect(place).toBeNull();
        else expect(healthy).toContain(candidates[place ?? -1]);
      }),
    );
  });

  it("is the cheaper of two: never the dearest of several", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(health, { minLength: 2, maxLength: 6 }), draws, (drawn, numbers) => {
        const candidates = drawn.map((one) => ({ ...one, failures: 0 }));
        const costs = candidates.map((one) => costOf(one, NOW));
        const dearest = Math.max(...costs);
        const isOnlyOne = costs.filter((cost) => cost === dearest).length === 1;
        const place = choose(candidates, NOW, drawing(numbers)) ?? -1;
        expect(costs[place] === dearest && isOnlyOne).toBe(false);
      }),
    );
  });

  it("is even between equals, and leaves a busy one alone", ({ expect }) => {
    const shares = (candidates: readonly Health[]) => {
      const random = counting(7);
      const counts = candidates.map(() => 0);
      for (let i = 0; i < 10_000; i++) {
        const place = choose(candidates, NOW, random) ?? 0;
        counts[place] = (counts[place] ?? 0) + 1;
      }
      return counts.map((count) => count / 10_000);
    };
    for (const share of shares([UNKNOWN, UNKNOWN, UNKNOWN])) {
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.37);
    }
    const [busy = 1] = shares([{ ...UNKNOWN, outstanding: 3 }, UNKNOWN, UNKNOWN]);
    expect(busy).toBe(0);
  });

  it("forgets how slow a follower was that it has not asked for long", ({ expect }) => {
    const slow = ended(begun(UNKNOWN, NOW), NOW, 100, true);
    expect(costOf(slow, NOW)).toBe(100);
    expect(costOf(slow, NOW + LIMITS.latencyHalfLifeMs)).toBe(50);
  });
});

/** What can happen to a follower, in any order. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("call" as const), answered: fc.boolean(), tookMs: fc.nat(900) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(3_000) }),
);

describe("a follower's health", () => {
  it("goes after some failures in a row, and comes back with one answer", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let [state, nowMs, inARow, probes] = [UNKNOWN, NOW, 0, 0];
        let lastTryMs = 0;
        for (const one of steps) {
          if (one.kind === "wait") {
            nowMs += one.ms;
            continue;
          }
          const isOut = inARow >= LIMITS.replicaFailuresMax;
          const expected = !isOut || nowMs >= lastTryMs + LIMITS.replicaCooldownMs;
          expect(isHealthy(state, nowMs)).toBe(expected);
          if (!expected) continue;
          state = begun(state, nowMs);
          // While one call tries it again, nobody else does.
          if (isOut) expect([isHealthy(state, nowMs), ++probes]).toEqual([false, probes]);
          lastTryMs = nowMs;
          state = ended(state, nowMs, one.tookMs, one.answered);
          inARow = one.answered ? 0 : inARow + 1;
          expect(state.outstanding).toBe(0);
        }
      }),
    );
  });
});

describe("routes", () => {
  const REGIONS = ["us-east", "us-west", "eu-west"];
  const fail = (
    routes: Routes,
    region: string,
    replica: number,
    failure: Failure | null = AWAY,
  ) => {
    for (let i = 0; i < LIMITS.replicaFailuresMax; i++) {
      routes.begin(3, { region, replica }, NOW);
      routes.end(3, { region, replica }, NOW, 5, failure);
    }
  };

  it("stay in the region while one of its followers is well", ({ expect }) => {
    const routes = new Routes(REGIONS, 2);
    fail(routes, "eu-west", 0);
    for (let i = 0; i < 50; i++) {
      expect(routes.pick(3, "eu-west", NOW, counting(i))).toEqual({
        region: "eu-west",
        replica: 1,
      });
    }
    expect(routes.counters).toEqual({ calls: 50, elsewhere: 0, desperate: 0 });
  });

  it("leave for the next region in order, and count it", ({ expect }) => {
    const routes = new Routes(REGIONS, 1);
    fail(routes, "eu-west", 0);
    expect(routes.pick(3, "eu-west", NOW, counting(1)).region).toBe("us-east");
    expect(routes.pick(4, "eu-west", NOW, counting(1)).region, "another shard").toBe("eu-west");
    fail(routes, "us-east", 0);
    expect(routes.pick(3, "eu-west", NOW, counting(1)).region).toBe("us-west");
    expect(routes.counters).toMatchObject({ elsewhere: 2 });
    fail(routes, "us-west", 0);
    expect(routes.pick(3, "eu-west", NOW, counting(1)).region, "nobody is well").toBe("eu-west");
    expect(routes.counters).toMatchObject({ elsewhere: 2, desperate: 1 });
    const later = NOW + LIMITS.replicaCooldownMs;
    expect(routes.pick(3, "eu-west", later, counting(1)).region, "its turn again").toBe("eu-west");
  });

  it("report what leaves the region, seldom but all of it", ({ expect }) => {
    const events: unknown[] = [];
    const routes = new Routes(REGIONS, 1, (event) => events.push(event));
    fail(routes, "eu-west", 0);
    const until = NOW + LIMITS.replicaCooldownMs;
    for (let i = 0; i < 5; i++) routes.pick(3, "eu-west", NOW + i, counting(1));
    routes.pick(3, "eu-west", until - 1, counting(1));
    expect(events).toEqual([{ event: "read_left_region", region: "eu-west", shard: 3, calls: 1 }]);
    // The call that tries it again holds back the others.
    routes.begin(3, { region: "eu-west", replica: 0 }, until);
    routes.pick(3, "eu-west", until, counting(1));
    expect(events.slice(1)).toMatchObject([{ calls: 6 }]);
  });

  it("do not blame a follower whose leader is away", ({ expect }) => {
    const routes = new Routes(REGIONS, 1);
    fail(routes, "eu-west", 0, LEADER_AWAY);
    expect(routes.pick(3, "eu-west", NOW, counting(1)).region).toBe("eu-west");
  });

  it("take an overloaded follower for unwell", ({ expect }) => {
    const routes = new Routes(REGIONS, 1);
    fail(routes, "eu-west", 0, { code: "overloaded", retryAfterMs: 1 });
    expect(routes.pick(3, "eu-west", NOW, counting(1)).region).toBe("us-east");
  });
});
