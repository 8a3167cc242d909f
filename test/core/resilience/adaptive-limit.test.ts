import fc from "fast-check";
import { describe, it } from "vitest";

import { percentile } from "../../../bench/measure/statistics.ts";
import { LIMITS } from "../../../core/limits.ts";
import {
  adapted,
  type AdaptiveLimit,
  limitNow,
  type LimitWindow,
  startLimit,
} from "../../../core/resilience/adaptive-limit.ts";
import { GATEWAY_POLICY } from "../../../core/resilience/admission-policies.ts";
import { BusyThread, type Load } from "../../fakes/busy-thread.ts";

const policy = GATEWAY_POLICY;
const window = (
  meanMs: number,
  underWayMax: number,
  refused = 0,
  lagMs: number | null = null,
): LimitWindow => ({
  ended: new Map([["read", { count: 100, sumMs: 100 * meanMs }]]),
  underWayMax,
  refused,
  lagMs,
});
/** One whose reads are known to take 10 ms. */
const known = (limit: number, heardMs = 0): AdaptiveLimit => ({
  limit,
  baseMs: { read: 10 },
  heardMs,
  probe: "none",
});

describe("a limit that adapts", () => {
  it("stays within its bounds, whatever it hears", ({ expect }) => {
    const ended = fc.dictionary(
      fc.constantFrom("read", "write", "poll"),
      fc.record({ count: fc.integer({ min: 1, max: 1_000 }), sumMs: fc.nat(1_000_000) }),
    );
    const one = fc.record({
      ended,
      underWayMax: fc.nat(2_000),
      refused: fc.nat(100),
      lagMs: fc.option(fc.nat(20)),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(one, fc.integer({ min: 250, max: 40_000 })), { maxLength: 60 }),
        (windows) => {
          let [state, nowMs] = [startLimit(policy, 0), 0];
          for (const [{ ended: of, ...rest }, ms] of windows) {
            nowMs += ms;
            state = adapted(state, { ...rest, ended: new Map(Object.entries(of)) }, policy, nowMs);
            expect(state.limit).toBeGreaterThanOrEqual(policy.min);
            expect(state.limit).toBeLessThanOrEqual(policy.max);
          }
        },
      ),
    );
  });

  it("grows while requests take no longer than they should, if it is made use of", ({ expect }) => {
    expect(adapted(known(100), window(20, 60), policy, 250).limit).toBe(110);
    expect(adapted(known(100), window(20, 49), policy, 250).limit).toBe(100);
  });

  it("shrinks by how much longer they take, by half at most", ({ expect }) => {
    expect(adapted(known(100), window(46, 100), policy, 250).limit).toBe(60);
    expect(adapted(known(100), window(8_000, 100), policy, 250).limit).toBe(60);
    expect(adapted(known(100), window(28.75, 100), policy, 250).limit).toBeCloseTo(90);
  });

  it("shrinks unless the thread is heard to be quiet: then it is others that are slow", ({
    expect,
  }) => {
    const after = (lagMs: number | null) =>
      adapted(known(100), window(8_000, 100, 0, lagMs), policy, 250).limit;
    expect(after(policy.busyLagMs)).toBe(60);
    expect(after(policy.busyLagMs - 1)).toBe(110);
    // Nothing was heard of it: a thread that is very late does not come to a look.
    expect(after(null)).toBe(60);
  });

  it("knows each kind by what it takes: slow ones among quick ones are no overload", ({
    expect,
  }) => {
    const before = { ...known(100), baseMs: { read: 10, report: 400 } };
    const both: LimitWindow = {
      ended: new Map([
        ["read", { count: 100, sumMs: 1_000 }],
        ["report", { count: 20, sumMs: 8_000 }],
      ]),
      underWayMax: 90,
      refused: 0,
      lagMs: 0,
    };
    expect(adapted(before, both, policy, 250).limit).toBe(110);
  });

  it("says nothing by requests that are too rare for a mean", ({ expect }) => {
    const rare: LimitWindow = {
      ended: new Map([["report", { count: policy.sampleMin - 1, sumMs: 90_000 }]]),
      underWayMax: 90,
      refused: 0,
      lagMs: 0,
    };
    const after = adapted(known(100), rare, policy, 250);
    expect(after.limit).toBe(100);
    expect(after.baseMs).toEqual({ read: 10 });
  });

  it("listens anew while it refuses: down, one window for what was under way, then one heard", ({
    expect,
  }) => {
    const due = policy.probeEveryMs;
    expect(adapted(known(100), window(80, 100, 1), policy, due - 1).probe).toBe("none");
    expect(adapted(known(100), window(80, 100, 0), policy, due).probe).toBe("none");
    const draining = adapted(known(100), window(80, 100, 1), policy, due);
    expect(draining).toMatchObject({ limit: 60, probe: "draining" });
    expect(limitNow(draining, policy)).toBe(policy.probe);
    const listening = adapted(draining, window(90, 100, 1), policy, due + 250);
    expect(listening).toMatchObject({ limit: 60, probe: "listening", baseMs: { read: 10 } });
    expect(limitNow(listening, policy)).toBe(policy.probe);
    const after = adapted(listening, window(30, 8, 1), policy, due + 500);
    expect(after).toMatchObject({ probe: "none", baseMs: { read: 30 }, heardMs: due + 500 });
    expect(limitNow(after, policy)).toBe(60);
  });
});

/** 200 a second is all that it can do. */
const load: Load = {
  rate: 150,
  seconds: 20,
  serviceMs: 5,
  waitMs: 3,
  refusalMs: 0.15,
  deadlineMs: 1_000,
};
const CAPACITY = 200;

describe("one thread under more than it can do", () => {
  it("answers 80 % of its capacity at five times that, soon; without a limit next to nothing", async ({
    expect,
  }) => {
    const limited = new BusyThread(policy);
    const quiet = await limited.under(load);
    expect(quiet.refused).toBe(0);
    const busy = await limited.under({ ...load, rate: 5 * CAPACITY, fromSeconds: 4 });
    expect(busy.good / 16).toBeGreaterThan(0.8 * CAPACITY);
    expect(percentile(busy.tookMs, 0.99)).toBeLessThan(200);

    const open = new BusyThread(null);
    await open.under(load);
    const lost = await open.under({ ...load, rate: 5 * CAPACITY, seconds: 6, fromSeconds: 3 });
    expect(lost.good / 3).toBeLessThan(0.1 * CAPACITY);
  });

  it("keeps that over minutes of it, and takes everything again after", async ({ expect }) => {
    const limited = new BusyThread(policy);
    await limited.under(load);
    const long = await limited.under({
      ...load,
      rate: 2 * CAPACITY,
      seconds: 150,
      fromSeconds: 100,
    });
    expect(long.good / 50).toBeGreaterThan(0.8 * CAPACITY);
    expect(percentile(long.tookMs, 0.99)).toBeLessThan(300);
    const after = await limited.under({ ...load, fromSeconds: 5 });
    expect(after.refused).toBe(0);
  });

  it("has more under way where requests mostly wait for others", async ({ expect }) => {
    const limited = new BusyThread(policy);
    const waiting = { ...load, waitMs: 300, serviceMs: 1, rate: 700 };
    const busy = await limited.under({ ...waiting, fromSeconds: 8 });
    expect(busy.good / 12).toBeGreaterThan(0.8 * 700);
    expect(limited.admission?.limit).toBeGreaterThan(200);
  });

  it("takes everything while it is others that have become slow", async ({ expect }) => {
    const limited = new BusyThread(policy);
    // 80 are under way then, fewer than the limit has been all the time.
    const others = { ...load, rate: 40, serviceMs: 1, deadlineMs: 3_000 };
    await limited.under({ ...others, waitMs: 5 });
    const slow = await limited.under({ ...others, waitMs: 2_000 });
    expect([slow.refused, slow.good]).toEqual([0, slow.sent]);
  });

  it("takes a thread for late while no look at it ends", async ({ expect }) => {
    const limited = new BusyThread(policy);
    await limited.under(load);
    await limited.under({ ...load, rate: 5 * CAPACITY, seconds: 4 });
    const before = limited.admission?.limit ?? Number.NaN;
    expect(before).toBeLessThan(30);
    limited.neverWakes = true;
    await limited.under({ ...load, rate: 5 * CAPACITY, seconds: 10 });
    expect(limited.admission?.limit).toBeLessThan(2 * before);
  });

  it("refuses what is less important first, and leaves each of them a little", async ({
    expect,
  }) => {
    const limited = new BusyThread(policy);
    await limited.under(load);
    const mix = ["interactive", "write", "realtime", "batch"] as const;
    const priorityOf = (n: number) => mix[n % mix.length] ?? "batch";
    const busy = await limited.under({ ...load, rate: 3 * CAPACITY, fromSeconds: 4, priorityOf });
    const [interactive = 0, write = 0, ...others] = mix.map((priority) => {
      const { good = 0, sent = 1 } = busy.byPriority.get(priority) ?? {};
      return good / sent;
    });
    expect(interactive).toBeGreaterThan(2 * write);
    expect(write).toBeGreaterThan(Math.max(...others));
    expect(Math.min(...others)).toBeGreaterThan(0);
  });

  it("sends everybody away for another while each", ({ expect }) => {
    const limited = new BusyThread({ ...policy, initial: 8 });
    const { admission } = limited;
    for (let n = 0; n < 8; n++)
      void admission?.run({ kind: "read", priority: "interactive" }, () => new Promise(() => {}));
    const waits = Array.from({ length: 50 }, () => {
      const refusal = admission?.refusal("interactive");
      return refusal?.code === "overloaded" ? refusal.retryAfterMs : Number.NaN;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(LIMITS.busyRetryMs);
    expect(Math.max(...waits)).toBeLessThan(LIMITS.busyRetryMs + LIMITS.busySpreadMs);
    expect(new Set(waits).size).toBeGreaterThan(40);
  });
});
