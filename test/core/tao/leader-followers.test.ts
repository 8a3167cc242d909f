import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

it("forgets a follower that cannot be reached, after a while", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0);
  unwrap(await world.follower(0).read({ reads: [{ op: "objGet", id }], atLeast: null }));
  expect(await world.store(0).followers()).toHaveLength(1);
  world.pushesAreLost = true;
  await world.addUser(0);
  await world.idle();
  await world.ringAlarms();
  expect(await world.store(0).followers()).toHaveLength(0);
});

it("does not forget a follower that cannot be reached but goes on asking", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [id, other] = [await world.addUser(0), await world.addUser(0)];
  const ask = async (of: Id) =>
    unwrap(await world.follower(0).read({ reads: [{ op: "objGet", id: of }], atLeast: null }));
  const tickAfter = async (ms: number) => {
    world.clock.advance(ms);
    await world.leader(0).tick();
    await world.idle();
    return world.store(0).followers();
  };
  await ask(id);
  world.pushesAreLost = true;
  await world.addUser(0);
  await world.idle();
  world.clock.advance(LIMITS.followerForgetMs - 1);
  // A miss: from here on it answers out of what it gets, for as long as its TTL says.
  await ask(other);
  expect(await tickAfter(1)).toHaveLength(1);
  expect(await tickAfter(LIMITS.followerForgetMs)).toHaveLength(0);
});
