import { it } from "vitest";

import { followEdge } from "../../../core/feed/writes.ts";
import { LIMITS } from "../../../core/limits.ts";
import type { Write } from "../../../core/tao/types.ts";
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
