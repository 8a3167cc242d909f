import { it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import { CallGuard } from "../../../core/resilience/call-guard.ts";
import type { Priority } from "../../../core/resilience/priority.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type Replica, Routes } from "../../../core/tao/route.ts";
import { type Attempt, ShardCalls } from "../../../core/tao/shard-calls.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

type Answer = (replica: Replica) => Failure | null;
const AWAY: Failure = { code: "unavailable", dependency: "follower", retryAfterMs: 1 };

/** Calls to followers that answer after `tookMs`, as `answer` says. */
function calls(replicas: number, answer: Answer, tookMs: (replica: Replica) => number = () => 1) {
  const clock = new ManualClock(1_000_000);
  const asked: Replica[] = [];
  let state = 1;
  const routes = new Routes(["eu-west", "apac"], replicas);
  const ports = {
    follower: (_: number, replica: Replica) => ({
      read: async (): Promise<Result<never, Failure>> => {
        asked.push(replica);
        clock.advance(tookMs(replica));
        const failure = answer(replica);
        return failure === null ? ok({} as never) : err(failure);
      },
      union: async () => ok(""),
    }),
    leader: () => ({
      read: async () => err(AWAY),
      write: async () => err(AWAY),
    }),
    routes,
    clock,
    random: {
      next: () => {
        state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
        return state / 4_294_967_296;
      },
    },
    sleep: async (ms: number) => clock.advance(ms),
    // Nothing here takes longer than it says.
    timer: () => () => {},
  };
  const read = (budgetMs = 5_000) => {
    const made = new ShardCalls(ports, "eu-west", clock.nowMs() + budgetMs);
    return made.follower(0, (stub) => stub.read({ reads: [], atLeast: null }));
  };
  return { read, asked, routes, clock };
}

it("finds its way past a dead replica, and then past a dead region", async ({ expect }) => {
  const { read, asked } = calls(2, ({ replica }) => (replica === 0 ? AWAY : null));
  for (let i = 0; i < 50; i++) expect((await read()).ok).toBe(true);
  expect(asked.filter(({ replica }) => replica === 0).length).toBeLessThanOrEqual(4);

  const dead = calls(1, ({ region }) => (region === "eu-west" ? AWAY : null));
  expect((await dead.read()).ok, "three failures, then elsewhere").toBe(true);
  expect(dead.asked.map(({ region }) => region)).toEqual(["eu-west", "eu-west", "eu-west", "apac"]);
  dead.asked.length = 0;
  await dead.read();
  expect(dead.asked.map(({ region }) => region)).toEqual(["apac"]);
});

it("prefers the replica that answers sooner", async ({ expect }) => {
  const { read, asked } = calls(
    2,
    () => null,
    ({ replica }) => (replica === 0 ? 40 : 4),
  );
  for (let i = 0; i < 100; i++) await read();
  expect(asked.filter(({ replica }) => replica === 1).length).toBeGreaterThan(90);
});

it("spreads calls that are under way at the same time", async ({ expect }) => {
  const { read, asked } = calls(2, () => null);
  await Promise.all(Array.from({ length: 20 }, () => read()));
  expect(asked.filter(({ replica }) => replica === 0)).toHaveLength(10);
});

it("prefers the replica with fewer calls under way", async ({ expect }) => {
  const { routes, clock } = calls(2, () => null);
  routes.begin(0, { region: "eu-west", replica: 0 }, clock.nowMs());
  for (let i = 0; i < 20; i++) {
    const { replica } = routes.pick(0, "eu-west", clock.nowMs(), { next: () => i / 20 });
    expect(replica).toBe(1);
  }
});

it("never repeats a call to an overloaded follower", async ({ expect }) => {
  const { read, asked } = calls(1, () => ({ code: "overloaded", retryAfterMs: 1 }));
  expect(await read()).toMatchObject({ ok: false, error: { code: "overloaded" } });
  expect(asked).toHaveLength(1);
});

it("starts no attempt at or after its deadline", async ({ expect }) => {
  const { read, asked } = calls(
    1,
    () => AWAY,
    () => 30,
  );
  expect((await read(45)).ok).toBe(false);
  expect(asked).toHaveLength(2);
});

/** Calls of one isolate over a guard, whose followers are away, or hang for `tookMs`. */
function guardedCalls(failure: Failure | null, tookMs: number) {
  const clock = new ManualClock(1_000_000);
  const attempts: Attempt[] = [];
  let sent = 0;
  const answer = async (): Promise<Result<never, Failure>> => {
    sent++;
    clock.advance(tookMs);
    return failure === null ? ok({} as never) : err(failure);
  };
  const random = { next: () => 0.5 };
  const counts = { throttled: 0, retries: 0, retries_denied: 0 };
  const guard = new CallGuard({ clock, random, count: (_, event) => void counts[event]++ });
  const stub = { read: answer, union: answer, write: answer };
  const ports = {
    follower: () => stub,
    leader: () => stub,
    routes: new Routes(["apac"], 1),
    clock,
    random,
    sleep: async (ms: number) => clock.advance(ms),
    timer: () => () => {},
    guard,
    observe: (attempt: Attempt) => void attempts.push(attempt),
  };
  let paid = 0;
  const first = guard.first.bind(guard);
  guard.first = (kind) => {
    paid++;
    first(kind);
  };
  const made = (priority?: Priority) =>
    new ShardCalls(ports, "apac", clock.nowMs() + 5_000, priority);
  const read = (priority?: Priority) =>
    made(priority).follower(0, (one) => one.read({ reads: [], atLeast: null }));
  const write = () =>
    made().leader({ shard: 0 } as never, "write", (one) => one.write({} as never));
  return { read, write, attempts, counts, paid: () => paid, sent: () => sent };
}

it("amplifies a full outage by a tenth at most", async ({ expect }) => {
  const { read, sent, counts } = guardedCalls(AWAY, 1);
  for (let call = 0; call < 2_000; call++) await read();
  expect(counts.retries, "counted as they go out").toBe(sent() - 2_000);
  // Beyond the ten that a new isolate has saved up.
  expect((sent() - 10) / 2_000).toBeLessThanOrEqual(1.1);
  expect(sent() / 2_000).toBeGreaterThan(1.09);
});

it("lets nothing pay for retries that does not go out itself", async ({ expect }) => {
  const overloaded = guardedCalls({ code: "overloaded", retryAfterMs: 1_000 }, 1);
  for (let call = 0; call < 2_000; call++) await overloaded.read();
  const { counts, sent } = overloaded;
  expect(counts.throttled + sent()).toBe(2_000);
  expect(counts.throttled).toBeGreaterThan(500);
  expect(overloaded.paid()).toBe(sent());
});

it("tells of every attempt what the graph did, before retries", async ({ expect }) => {
  const away = guardedCalls(AWAY, 1);
  await away.read();
  expect(away.attempts).toHaveLength(4);
  expect(away.attempts[3]).toEqual({
    region: "apac",
    kind: "read",
    priority: "interactive",
    tookMs: 1,
    failed: true,
  });
  const written = guardedCalls(null, 7);
  await written.write();
  expect(written.attempts).toMatchObject([
    { kind: "write", priority: "write", failed: false, tookMs: 7 },
  ]);
  const ahead = guardedCalls(null, 1);
  await ahead.read("warming");
  expect(ahead.attempts).toMatchObject([{ priority: "warming" }]);
});

it("does not blame the graph for a refusal, or for a caller who did not wait", async ({
  expect,
}) => {
  const late: Failure = { code: "deadline_exceeded", dependency: "follower", budgetMs: 1 };
  for (const [failure, tookMs, failed] of [
    [{ code: "overloaded", retryAfterMs: 1 }, 1, false],
    [{ code: "not_found", what: "" }, 1, false],
    [late, 1_999, false],
    [late, 2_000, true],
  ] as const) {
    const { read, attempts } = guardedCalls(failure, tookMs);
    await read();
    expect(attempts[0]?.failed, `${failure.code} ${tookMs}`).toBe(failed);
  }
});
