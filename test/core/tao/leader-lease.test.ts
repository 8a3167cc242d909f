import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { err, ok } from "../../../core/result.ts";
import type { Lease } from "../../../core/tao/lease.ts";
import { LeaseHolder } from "../../../core/tao/lease-holder.ts";
import type { LeaderService } from "../../../core/tao/service.ts";
import { unwrap } from "../../fakes/graph-world.ts";
import { add, leased } from "../../fakes/leased-world.ts";

const SKEW = LIMITS.clockSkewMaxMs;
const FOLLOWER = "follower:0:eu-west:0";
const NOTHING = { objects: [], lists: [], points: [] };

/** Every call that answers as leader. */
const CALLS = {
  write: (leader: LeaderService) => leader.write({ writes: [add], opId: null }),
  inverses: (leader: LeaderService) => leader.applyInverses(1, []),
  read: (leader: LeaderService) => leader.read({ reads: [], atLeast: null }),
  fill: (leader: LeaderService) => leader.fill(FOLLOWER, NOTHING),
  pull: (leader: LeaderService) => leader.pull(FOLLOWER, { epoch: 1, seq: 0 }),
  sweep: (leader: LeaderService) => leader.sweep(),
} as const;
const calls = Object.entries(CALLS).map(([name, call]) => ({ name, call }));

describe("without a lease", () => {
  it.for(calls)("$name says who leads, and touches no store", async ({ call }, { expect }) => {
    const { world, store, coordinator } = await leased();
    const entry = world.map.entries[0] ?? null;
    coordinator.answer = err({ code: "moved", shard: 0, entry });
    store.isAway = true;
    expect(await call(world.leader(0))).toEqual(coordinator.answer);
  });

  it.for(calls)(
    "$name is unavailable when the coordinator is away",
    async ({ call }, { expect }) => {
      const { world } = await leased();
      world.lease = { lease: () => Promise.reject(new Error("away")) };
      await world.restartLeader(0);
      expect(await call(world.leader(0))).toMatchObject({
        error: { code: "unavailable", dependency: "coordinator" },
      });
    },
  );

  it("asks once for many, and remembers a refusal for a moment", async ({ expect }) => {
    const { world, coordinator } = await leased();
    coordinator.answer = err({ code: "moved", shard: 0, entry: null });
    const all = () => Promise.all(calls.map(({ call }) => call(world.leader(0))));
    await all();
    await all();
    expect(coordinator.asked).toBe(1);
    world.clock.advance(LIMITS.leaseRetryMs);
    await all();
    expect(coordinator.asked).toBe(2);
  });

  it("asks again at once when its clock has stepped back", async ({ expect }) => {
    const { world, coordinator, write } = await leased();
    const granted = coordinator.answer;
    coordinator.answer = err({ code: "moved", shard: 0, entry: null });
    world.clock.advance(2 * LIMITS.leaseMs);
    expect((await write("ahead")).ok).toBe(false);
    coordinator.answer = granted;
    world.clock.advance(-2 * LIMITS.leaseMs);
    expect((await write("right again")).ok).toBe(true);
  });

  it("waits for a lease that begins later", async ({ expect }) => {
    const { world, coordinator, write } = await leased();
    const fromMs = world.clock.nowMs() + 700;
    coordinator.answer = ok({ epoch: 1, fromMs, untilMs: fromMs + LIMITS.leaseMs });
    expect(await write("early")).toMatchObject({
      error: { code: "unavailable", retryAfterMs: 700 },
    });
    world.clock.advance(699);
    expect((await write("early")).ok).toBe(false);
    world.clock.advance(1);
    expect((await write("in time")).ok).toBe(true);
  });
});

describe("a follower that has nothing", () => {
  /** What the store says of it when its answer to a push took that long. */
  const knownAfter = async (takesMs: number) => {
    const { world, store, write } = await leased();
    unwrap(await world.leader(0).fill(FOLLOWER, NOTHING));
    world.follower(0).push = async () => {
      world.clock.advance(takesMs);
      return null;
    };
    await write("one");
    await world.idle();
    return store.followers();
  };

  it("is forgotten by its leader alone, not by one before", async ({ expect }) => {
    expect(await knownAfter(0)).toEqual([]);
    expect(await knownAfter(LIMITS.leaseMs), "the next leader may know it").toEqual([FOLLOWER]);
  });
});

describe("a lease that runs out", () => {
  const lapsed = { ok: false, error: { code: "unavailable", dependency: "leader" } };
  const lastMs = LIMITS.leaseMs - SKEW - 1;

  it("acts to the last millisecond, less the skew of clocks, and no longer", async ({ expect }) => {
    const { world, coordinator, write } = await leased();
    expect((await write("first")).ok).toBe(true);
    const away = { code: "unavailable", dependency: "coordinator", retryAfterMs: 1 } as const;
    coordinator.answer = err(away);
    world.clock.advance(lastMs);
    expect((await write("last")).ok).toBe(true);
    world.clock.advance(1);
    expect(await write("late")).toEqual(err(away));
  });

  it("keeps a group that was planned in time from the store", async ({ expect }) => {
    const { world, store, write } = await leased();
    await write("first");
    store.holds = "planRows";
    const late = write("late");
    await store.reached();
    world.clock.advance(lastMs + 1);
    store.goOn();
    expect(await late).toMatchObject(lapsed);
    expect(store.commits.length).toBe(1);
  });

  it("does not acknowledge what became durable too late; a replay does", async ({ expect }) => {
    const { world, store, grant, write } = await leased();
    store.holds = "commit";
    const late = write("late");
    await store.reached();
    world.clock.advance(lastMs + 1);
    store.goOn();
    expect(await late).toMatchObject(lapsed);
    expect(store.commits.length).toBe(1);
    grant(1, LIMITS.leaseMs);
    world.clock.advance(LIMITS.leaseRetryMs);
    expect(unwrap(await write("late"))).toMatchObject({ replayed: true, at: { epoch: 1, seq: 1 } });
  });

  it.for([
    {
      name: "read",
      at: "planRows",
      call: (leader: LeaderService) =>
        leader.read({ reads: [{ op: "objGet", id: 1n as never }], atLeast: null }),
    },
    {
      name: "fill",
      at: "planRows",
      call: (leader: LeaderService) =>
        leader.fill(FOLLOWER, { ...NOTHING, objects: [1n as never] }),
    },
    {
      name: "pull",
      at: "logAfter",
      call: (leader: LeaderService) => leader.pull(FOLLOWER, { epoch: 1, seq: 0 }),
    },
  ] as const)("answers no $name that it began in time", async ({ at, call }, { expect }) => {
    const { world, store, write } = await leased();
    await write("first");
    await world.idle();
    store.holds = at;
    const late = call(world.leader(0));
    await store.reached();
    world.clock.advance(lastMs + 1);
    store.goOn();
    expect(await late).toMatchObject(lapsed);
  });

  it("goes on where it was once the same epoch is granted again", async ({ expect }) => {
    const { world, grant, write, store } = await leased();
    await write("first");
    let opened = 0;
    const open = store.open.bind(store);
    store.open = (epoch) => {
      opened++;
      return open(epoch);
    };
    world.clock.advance(LIMITS.leaseMs * 3);
    grant(1, LIMITS.leaseMs);
    expect((await write("second")).ok).toBe(true);
    expect(opened).toBe(0);
    world.clock.advance(LIMITS.leaseMs * 3);
    grant(3, LIMITS.leaseMs);
    expect(unwrap(await write("third")).at).toEqual({ epoch: 3, seq: 3 });
    expect(opened).toBe(1);
  });

  it("is renewed in the background, once half of it is gone", async ({ expect }) => {
    const { world, coordinator, grant, write } = await leased();
    await write("first");
    world.clock.advance(LIMITS.leaseMs / 2);
    await write("half");
    expect(coordinator.asked).toBe(1);
    world.clock.advance(1);
    grant(1, LIMITS.leaseMs);
    const { promise, resolve } = Promise.withResolvers<void>();
    coordinator.gate = promise;
    // Neither waits for the answer, and the second asks no second time.
    await write("renewing");
    await write("still renewing");
    expect(coordinator.asked).toBe(2);
    resolve();
    await world.idle();
    world.clock.advance(LIMITS.leaseMs / 2);
    expect((await write("renewed")).ok).toBe(true);
    expect(coordinator.asked).toBe(2);
  });

  it("is not given up for one of an epoch that is over", async ({ expect }) => {
    const { world, grant, write } = await leased();
    grant(2, LIMITS.leaseMs);
    await write("first");
    world.clock.advance(LIMITS.leaseMs / 2 + 1);
    grant(1, LIMITS.leaseMs);
    await write("asks in the background");
    await world.idle();
    expect(unwrap(await write("goes on")).at.epoch).toBe(2);
  });

  it("runs to its end while the coordinator is away", async ({ expect }) => {
    const { world, coordinator, write } = await leased();
    await write("first");
    const away = { code: "unavailable", dependency: "coordinator", retryAfterMs: 1 } as const;
    coordinator.answer = err(away);
    world.clock.advance(LIMITS.leaseMs - SKEW - 1_500);
    await write("renewal fails");
    await world.idle();
    expect((await write("still leads")).ok).toBe(true);
    await world.idle();
    // It is asked again only a moment later.
    expect(coordinator.asked).toBe(2);
    world.clock.advance(1_500);
    expect(await write("over")).toMatchObject({ error: away });
  });
});

it("does not take a lease that was on its way when it was given back", async ({ expect }) => {
  const granted = Promise.withResolvers<Lease>();
  const holder = new LeaseHolder(0, {
    clock: { nowMs: () => 1_000 },
    lease: { lease: async () => ok(await granted.promise) },
    defer: () => {},
  });
  const asked = holder.acquire();
  holder.giveUp(1);
  granted.resolve({ epoch: 1, fromMs: 0, untilMs: 60_000 });
  expect([(await asked).ok, holder.mayAct(1)]).toEqual([false, false]);
});
