import { it, vi } from "vitest";

import { followEdge } from "../../../core/feed/writes.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ok } from "../../../core/result.ts";
import { Delivery } from "../../../core/tao/delivery.ts";
import type { Write } from "../../../core/tao/types.ts";
import type { Version } from "../../../core/tao/version.ts";
import { followersIn, GraphWorld } from "../../fakes/graph-world.ts";

it("reports a delivery that cannot read its store, and delivers when the alarm rings", async ({
  expect,
}) => {
  const world = await GraphWorld.create(2);
  const [a, far] = [await world.addUser(0), await world.addUser(1)];
  await world.restartLeader(0);
  const store = world.store(0);
  const intents = store.intents.bind(store);
  store.intents = async () => Promise.reject(new Error("the store is away"));
  await world.write(0, [followEdge(a, far, 1)]);
  await world.idle();
  expect(world.reports).toContain("delivery_failed");
  store.intents = intents;
  await world.ringAlarms();
  expect(await followersIn(world, 1, far)).toEqual({ ids: [a], count: 1 });
});

it("keeps an inverse edge that its shard refused, and its alarm armed, until it is taken", async ({
  expect,
}) => {
  const world = await GraphWorld.create(2);
  const [a, far] = [await world.addUser(0), await world.addUser(1)];
  await world.ringAlarms();
  world.store(1).isAway = true;
  await world.write(0, [followEdge(a, far, 1)]);
  await world.idle();
  for (let rings = 0; rings < 3; rings++) {
    expect(world.alarms.has(0), `alarm after ${rings} rings`).toBe(true);
    world.alarms.delete(0);
    world.clock.advance(LIMITS.inverseRetryMs);
    await world.leader(0).tick();
    await world.idle();
  }
  world.store(1).isAway = false;
  await world.ringAlarms();
  expect(await followersIn(world, 1, far)).toEqual({ ids: [a], count: 1 });
});

it("sends no inverse edge of a batch that failed", async ({ expect }) => {
  const world = await GraphWorld.create(2);
  const [a, far] = [await world.addUser(0), await world.addUser(1)];
  const bad: Write = { op: "objUpdate", id: a, patch: '{"name":""}' };
  // The first commits alone; the other two wait for it and are one group.
  await Promise.all([
    world.write(0, [{ op: "objUpdate", id: a, patch: '{"name":"first"}' }]),
    world.leader(0).write({ writes: [followEdge(a, far, 1), bad], opId: null }),
    world.write(0, [{ op: "objUpdate", id: a, patch: '{"name":"good"}' }]),
  ]);
  await world.idle();
  await world.ringAlarms();
  expect(await followersIn(world, 1, far)).toEqual({ ids: [], count: 0 });
});

it("does not bring back whom it has forgotten, when its followers were asked for twice at once", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const store = world.store(0);
  const kept = store.followers.bind(store);
  await store.addFollower("idle");
  const waiting: (() => void)[] = [];
  store.followers = async () => {
    const names = await kept();
    await new Promise<void>((resolve) => waiting.push(resolve));
    return names;
  };
  const answers: (Version | null)[] = [null];
  const delivery = new Delivery(0, () => HEAD, {
    clock: world.clock,
    store,
    mayAct: () => true,
    // Nothing cached at first; a fill is on its way from then on.
    pushTo: async (_, push) => (answers.length > 0 ? (answers.pop() ?? null) : push.head),
    sendInverses: async () => ok(null),
    arm: () => {},
    report: (event, error) => expect.unreachable(`${event}: ${String(error)}`),
  });
  const runs = [delivery.run(), delivery.run()];
  await vi.waitUntil(() => waiting.length > 0);
  waiting.shift()?.();
  await runs[0];
  waiting.shift()?.();
  await runs[1];
  await delivery.register("idle");
  expect(await kept()).toEqual(["idle"]);
});

it("keeps its alarm armed while a consumer is being told: if it dies, nobody else knows", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const armed: number[] = [];
  const told = Promise.withResolvers<Version>();
  const deliver = vi.fn<() => Promise<Version>>(() => told.promise);
  const delivery = new Delivery(0, () => HEAD, {
    clock: world.clock,
    store: world.store(0),
    mayAct: () => true,
    consumed: {
      log: {
        groupsAfter: async (after) => [
          { after, head: HEAD, records: [], ops: [], intents: [], sources: [] },
        ],
        cursor: async () => null,
        saveCursor: async () => {},
      },
      consumers: [{ name: "slow", deliver, startOver: async (head) => head }],
    },
    pushTo: async (_, push) => push.head,
    sendInverses: async () => ok(null),
    arm: (atMs) => armed.push(atMs),
    report: (event, error) => expect.unreachable(`${event}: ${String(error)}`),
  });
  const first = delivery.run();
  await vi.waitUntil(() => deliver.mock.calls.length > 0);
  delivery.woke();
  await delivery.run();
  expect(armed).toEqual([world.clock.nowMs() + LIMITS.pushRetryMs]);
  told.resolve(HEAD);
  await first;
});

const HEAD: Version = { epoch: 1, seq: 1 };
