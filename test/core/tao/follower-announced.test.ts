import { it } from "vitest";

import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";
import { ask, get, headOf, slowFollower } from "../../fakes/slow-follower.ts";

/** The log no longer reaches back to anybody, until the returned function brings it back. */
function trimmed(world: GraphWorld): () => void {
  const store = world.store(0);
  const logAfter = store.logAfter.bind(store);
  store.logAfter = async () => null;
  return () => {
    store.logAfter = logAfter;
  };
}

function never(): never {
  throw new Error("the log is there");
}

it("catches up after a first fill that an announced head overtook", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  const { follower, hold, turns, release } = slowFollower(world);
  hold("fill");
  const first = ask(follower, get(id));
  await turns();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  const head = await headOf(world);
  expect(await follower.push({ after: head, records: [], head })).toEqual(head);
  await release();
  await first;
  expect((await ask(follower, get(id))).results).toMatchObject([
    { object: { data: expect.stringContaining("after") } },
  ]);
});

it("catches up after a fill that a push overtook which dropped everything", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [warm, id] = [await world.addUser(0), await world.addUser(0, "before")];
  const { follower, hold, turns, release } = slowFollower(world);
  await ask(follower, get(warm));
  hold("fill");
  const first = ask(follower, get(id));
  await turns();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  const head = await headOf(world);
  const bringBack = trimmed(world);
  expect(await follower.push({ after: head, records: [], head }), "delivered").toEqual(head);
  bringBack();
  await release();
  await first;
  expect((await ask(follower, get(id))).results).toMatchObject([
    { object: { data: expect.stringContaining("after") } },
  ]);
});

it("catches up after a fill older than what was applied before everything was dropped", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const [warm, id] = [await world.addUser(0), await world.addUser(0, "before")];
  const { follower, hold, lose, turns, release } = slowFollower(world);
  const { at } = await ask(follower, get(warm));
  hold("fill");
  const first = ask(follower, get(id));
  await turns();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  const { records, head } = unwrap(await world.leader(0).pull("follower:0:apac:0", at)) ?? never();
  expect(await follower.push({ after: at, records, head }), "delivered").toEqual(head);
  const bringBack = trimmed(world);
  lose("fill");
  await world.addUser(0);
  const dropping = follower.read({ reads: [get(warm)], atLeast: await headOf(world) });
  expect(await dropping).toMatchObject({ ok: false });
  expect(await follower.stats()).toMatchObject({ applied: null });
  bringBack();
  await release();
  await first;
  lose("read");
  expect((await ask(follower, get(id))).results).toMatchObject([
    { object: { data: expect.stringContaining("after") } },
  ]);
});
