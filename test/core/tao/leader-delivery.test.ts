import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { Write } from "../../../core/tao/types.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const follow = (id1: Id, id2: Id): Write => ({
  op: "assocAdd",
  id1,
  atype: ASSOC.follows,
  id2,
  timeMs: 1,
  data: "",
});
const followers = async (world: GraphWorld, shard: number, id1: Id) => {
  const reads = [
    { op: "assocRange", id1, atype: ASSOC.followedBy, after: null, limit: 9 },
    { op: "assocCount", id1, atype: ASSOC.followedBy },
  ] as const;
  const [range, count] = unwrap(await world.leader(shard).read({ reads, atLeast: null })).results;
  if (range?.op !== "assocRange" || count?.op !== "assocCount") throw new Error("unexpected");
  return { ids: range.assocs.map((assoc) => assoc.id2), count: count.count };
};

it("reports a delivery that cannot read its store, and delivers when the alarm rings", async ({
  expect,
}) => {
  const world = await GraphWorld.create(2);
  const [a, far] = [await world.addUser(0), await world.addUser(1)];
  await world.restartLeader(0);
  const store = world.store(0);
  const intents = store.intents.bind(store);
  store.intents = async () => Promise.reject(new Error("the store is away"));
  await world.write(0, [follow(a, far)]);
  await world.idle();
  expect(world.reports).toContain("delivery_failed");
  store.intents = intents;
  await world.ringAlarms();
  expect(await followers(world, 1, far)).toEqual({ ids: [a], count: 1 });
});

it("keeps an inverse edge that its shard refused, and its alarm armed, until it is taken", async ({
  expect,
}) => {
  const world = await GraphWorld.create(2);
  const [a, far] = [await world.addUser(0), await world.addUser(1)];
  await world.ringAlarms();
  world.store(1).isAway = true;
  await world.write(0, [follow(a, far)]);
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
  expect(await followers(world, 1, far)).toEqual({ ids: [a], count: 1 });
});

it("sends no inverse edge of a batch that failed", async ({ expect }) => {
  const world = await GraphWorld.create(2);
  const [a, far] = [await world.addUser(0), await world.addUser(1)];
  const bad: Write = { op: "objUpdate", id: a, patch: '{"name":""}' };
  // The first commits alone; the other two wait for it and are one group.
  await Promise.all([
    world.write(0, [{ op: "objUpdate", id: a, patch: '{"name":"first"}' }]),
    world.leader(0).write({ writes: [follow(a, far), bad], opId: null }),
    world.write(0, [{ op: "objUpdate", id: a, patch: '{"name":"good"}' }]),
  ]);
  await world.idle();
  await world.ringAlarms();
  expect(await followers(world, 1, far)).toEqual({ ids: [], count: 0 });
});
