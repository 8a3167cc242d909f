import { describe, it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import { CallGuard } from "../../../core/resilience/call-guard.ts";
import { Places } from "../../../core/resilience/places.ts";
import { PRIORITIES, type Priority } from "../../../core/resilience/priority.ts";
import { err, ok } from "../../../core/result.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

const BUSY: Failure = { code: "overloaded", retryAfterMs: 1 };
const AWAY: Failure = { code: "unavailable", dependency: "leader", retryAfterMs: 1 };

function guarded(chance = 0.5) {
  const clock = new ManualClock(1_000_000);
  const counts = { throttled: 0, retries: 0, retries_denied: 0 };
  const guard = new CallGuard({
    clock,
    random: { next: () => chance },
    count: (_, event) => counts[event]++,
  });
  let sent = 0;
  const about = (priority: Priority = "interactive", dependency = "leader 3") => ({
    dependency,
    priority,
    max: 10,
    region: "apac",
  });
  const call = (failure: Failure | null, priority?: Priority, dependency?: string) =>
    guard.attempt(about(priority, dependency), async () => {
      sent++;
      return failure === null ? ok(null) : err(failure);
    });
  return { guard, clock, counts, about, call, sent: () => sent };
}

describe("places under way", () => {
  it("are kept for what is more important", ({ expect }) => {
    const taken = (priority: Priority) => {
      const places = new Places();
      while (places.enter(priority, 100, 0) !== null);
      return places.of(priority);
    };
    expect(PRIORITIES.map(taken)).toEqual([100, 90, 60, 30, 20]);
  });
});

it("a place whose work never ends is free after a while, and is given back once", ({ expect }) => {
  const places = new Places();
  const lost = places.enter("write", 1.2, 1_000);
  const { placeHeldMs } = LIMITS;
  expect(places.enter("interactive", 1, 1_000 + placeHeldMs - 1)).toBeNull();
  const next = places.enter("interactive", 1, 1_000 + placeHeldMs);
  expect([lost === null, next === null, places.total]).toEqual([false, false, 1]);
  // It ends after all.
  if (lost !== null) places.leave(lost);
  expect([places.total, places.of("write"), places.of("interactive")]).toEqual([1, 0, 1]);
});

describe("a guard", () => {
  it("refuses what does not fit, at once, and lets go of places whatever happens", async ({
    expect,
  }) => {
    const { guard, about, counts, call } = guarded();
    const held = Promise.withResolvers<null>();
    const fill = Array.from({ length: 10 }, () =>
      guard.attempt(about(), async () => ok(await held.promise)),
    );
    expect(await call(null)).toMatchObject({ ok: false, error: { code: "overloaded" } });
    expect(await call(null, "interactive", "leader 4"), "of another shard").toMatchObject({
      ok: true,
    });
    expect(counts.throttled).toBe(1);
    held.resolve(null);
    await Promise.all(fill);
    await guard.attempt(about(), () => Promise.reject(new Error("bug"))).catch(() => {});
    for (let again = 0; again < 10; again++) expect((await call(null)).ok).toBe(true);
  });

  it("holds calls back from a shard that refuses them, and from that one alone", async ({
    expect,
  }) => {
    const { call, sent, clock } = guarded();
    for (let ask = 0; ask < 100; ask++) await call(BUSY);
    expect(sent()).toBeLessThan(10 + 2 * LIMITS.throttleRefusalsFree);
    expect((await call(null, "interactive", "leader 4")).ok).toBe(true);
    clock.advance(LIMITS.throttleWindowMs);
    expect((await call(null)).ok).toBe(true);
  });

  it("does not hold readers back for what a batch is refused", async ({ expect }) => {
    const { call } = guarded();
    for (let ask = 0; ask < 100; ask++) await call(BUSY, "batch");
    expect((await call(null, "batch")).ok).toBe(false);
    expect((await call(null)).ok).toBe(true);
  });

  it("does not hold calls back for failing otherwise: breakers and routes are for that", async ({
    expect,
  }) => {
    const { call, sent } = guarded();
    for (let ask = 0; ask < 100; ask++) await call(AWAY);
    expect(sent()).toBe(100);
  });

  it("still tries now and then", async ({ expect }) => {
    const { call, sent } = guarded(0.96);
    for (let ask = 0; ask < 100; ask++) await call(BUSY);
    expect(sent()).toBe(100);
  });

  it("keeps retries within their budget", ({ expect }) => {
    const { guard, counts } = guarded();
    let retries = 0;
    for (let call = 0; call < 1_000; call++) {
      guard.first("read");
      for (let retry = 0; retry < 3; retry++) if (guard.mayRetry("read", "apac")) retries++;
    }
    expect(retries).toBeLessThanOrEqual(0.1 * 1_000 + LIMITS.retriesSavedMax);
    expect(retries).toBeGreaterThanOrEqual(0.1 * 1_000);
    expect(counts).toMatchObject({ retries_denied: 3_000 - retries });
    // Those that go out are counted as they do.
    guard.retried("apac");
    expect(counts).toMatchObject({ retries: 1 });
  });
});
