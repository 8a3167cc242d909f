import { it } from "vitest";

import { ASSOC } from "../../../core/tao/registry.ts";
import type { LogPush } from "../../../core/tao/service.ts";
import type { ReadResult } from "../../../core/tao/types.ts";
import { decodeUnionResponse, encodeUnionRequest } from "../../../core/tao/union.ts";
import { LIMITS } from "../../../core/limits.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";
import { ask, get, headOf, slowFollower } from "../../fakes/slow-follower.ts";

const isThere = (result: ReadResult | undefined) =>
  result?.op === "objGet" && result.object !== null;

it("does not call an object missing that was invalidated while the rest was fetched", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const [known, cold] = [await world.addUser(0), await world.addUser(0)];
  const { follower, hold, turns, release } = slowFollower(world);
  const { at: after } = await ask(follower, get(known));
  hold("fill");
  const answer = ask(follower, get(known), get(cold));
  await turns();
  await world.write(0, [{ op: "objUpdate", id: known, patch: '{"name":"new"}' }]);
  const records = (await world.store(0).logAfter(after, 9)) ?? [];
  await follower.push({ after, records, head: await headOf(world) } satisfies LogPush);
  await release();
  expect((await answer).results.map(isThere)).toEqual([true, true]);
});

it("does not call an object missing that its own fill pushed out of memory", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const ids = await Promise.all(Array.from({ length: 6 }, () => world.addUser(0)));
  const { follower } = slowFollower(world, 1_500);
  for (const id of ids) await ask(follower, get(id));
  const { results } = await ask(follower, ...ids.toReversed().map(get));
  expect(results.map(isThere)).toEqual(ids.map(() => true));
});

it("shows a merged page whole although an author changed while it was made", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [author, reader] = [await world.addUser(0), await world.addUser(0)];
  await world.write(0, [
    { op: "assocAdd", id1: author, atype: ASSOC.mutes, id2: reader, timeMs: 5, data: "" },
  ]);
  const { follower, hold, turns, release } = slowFollower(world);
  const { at: after } = await ask(follower, get(author));
  const request = { id1s: [author], atype: ASSOC.mutes, after: null, limit: 5, atLeast: null };
  await follower.union(encodeUnionRequest({ ...request, counts: [] }));
  hold("fill");
  const answer = follower.union(encodeUnionRequest({ ...request, counts: [ASSOC.likes] }));
  await turns();
  await world.write(0, [{ op: "objUpdate", id: author, patch: '{"name":"new"}' }]);
  const records = (await world.store(0).logAfter(after, 9)) ?? [];
  await follower.push({ after, records, head: await headOf(world) } satisfies LogPush);
  await release();
  const { owners, entries } = decodeUnionResponse(unwrap(await answer));
  expect([owners.has(author), entries[0]?.object]).toEqual([true, expect.any(String)]);
});

it("keeps nothing of a first fill that was overtaken and could not catch up", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0);
  const { follower, hold, lose, turns, release } = slowFollower(world);
  hold("fill");
  const answer = follower.read({ reads: [get(id)], atLeast: null });
  await turns();
  const after = await headOf(world);
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"new"}' }]);
  const records = (await world.store(0).logAfter(after, 9)) ?? [];
  const head = await headOf(world);
  // It says that it has what it is about to fetch: nobody will send it again.
  expect(await follower.push({ after, records, head })).toEqual(head);
  lose("pull");
  await release();
  expect((await answer).ok).toBe(false);
  expect(await follower.stats()).toMatchObject({ applied: null, entries: 0 });
});

it("asks again when the pull that it waited for had left before its ticket", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  const { follower, hold, turns, release } = slowFollower(world);
  await ask(follower, get(id));
  world.clock.advance(LIMITS.followerTtlMs);
  hold("pull");
  const expired = ask(follower, get(id));
  await turns();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  const ticketed = follower.read({ reads: [get(id)], atLeast: await headOf(world) });
  await turns();
  await release();
  await expired;
  expect(unwrap(await ticketed).results).toMatchObject([
    { object: { data: expect.stringContaining("after") } },
  ]);
});

it("gives tickets that name the newest it has shown, also ahead of its log", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [old, id] = [await world.addUser(0), await world.addUser(0, "before")];
  world.pushesAreLost = true;
  const [near, far] = [world.follower(0, "eu-west"), world.follower(0, "apac")];
  await ask(near, get(old));
  await ask(far, get(id));
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  for (const how of ["filled", "cached"]) {
    const { at } = await ask(near, get(id));
    expect(at, how).toEqual(await headOf(world));
  }
  const { at } = await ask(near, get(id));
  const { results } = unwrap(await far.read({ reads: [get(id)], atLeast: at }));
  expect(results).toMatchObject([{ object: { data: expect.stringContaining("after") } }]);
});

it("counts its TTL from when the leader was asked, not from when the answer came", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  const { follower, hold, turns, release } = slowFollower(world);
  hold("fill");
  const first = ask(follower, get(id));
  await turns();
  world.clock.advance(LIMITS.followerTtlMs - 1);
  await release();
  await first;
  world.pushesAreLost = true;
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  world.clock.advance(1);
  expect((await ask(follower, get(id))).results).toMatchObject([
    { object: { data: expect.stringContaining("after") } },
  ]);
});

it("does not wait for itself when everything is dropped during a pull", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  const { follower, hold, turns, release } = slowFollower(world);
  const { at } = await ask(follower, get(id));
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  world.clock.advance(LIMITS.followerTtlMs);
  hold("pull");
  const answer = ask(follower, get(id));
  await turns();
  const seq = at.seq + 9;
  const hole = {
    epoch: 1,
    opId: null,
    timeMs: 0,
    entries: [{ seq, prev: null, mutation: { kind: "object", id, otype: 1, data: null } }],
  } as const;
  await follower.push({ after: at, records: [hole], head: { epoch: 1, seq } });
  await release();
  await turns();
  const outcome = await Promise.race([
    answer,
    turns()
      .then(turns)
      .then(() => "hangs"),
  ]);
  expect(outcome).toMatchObject({
    results: [{ object: { data: expect.stringContaining("after") } }],
  });
});

it("keeps the later of two fills, whichever arrives last", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [other, id] = [await world.addUser(0), await world.addUser(0, "before")];
  const { follower, hold, turns, release } = slowFollower(world);
  await ask(follower, get(other));
  world.pushesAreLost = true;
  hold("fill");
  const early = ask(follower, get(id));
  await turns();
  hold("read");
  // So late that the second reader does not join the first one's call.
  world.clock.advance(LIMITS.fillShareMs);
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  await ask(follower, get(id));
  await release();
  await early;
  expect((await ask(follower, get(id))).results).toMatchObject([
    { object: { data: expect.stringContaining("after") } },
  ]);
});

it("starts over from a log tail that ends below the head", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  const { follower } = slowFollower(world);
  await ask(follower, get(id));
  world.pushesAreLost = true;
  for (let i = 0; i < 3; i++) await world.addUser(0);
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  const store = world.store(0);
  const logAfter = store.logAfter.bind(store);
  store.logAfter = (after) => logAfter(after, 1);
  const head = await headOf(world);
  const { results } = unwrap(await follower.read({ reads: [get(id)], atLeast: head }));
  expect(results).toMatchObject([{ object: { data: expect.stringContaining("after") } }]);
});
