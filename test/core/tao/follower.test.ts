import { it } from "vitest";

import { logicalShard } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { Follower } from "../../../core/tao/follower.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { FillRequest, LogPush } from "../../../core/tao/service.ts";
import type { Read } from "../../../core/tao/types.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const EVENTUAL = null;
const nameOf = async (world: GraphWorld, read: Read) => {
  const { results } = unwrap(await world.follower(0).read({ reads: [read], atLeast: EVENTUAL }));
  const [result] = results;
  if (result?.op !== "objGet" || result.object === null) return null;
  return (JSON.parse(result.object.data) as { name: string }).name;
};

it("invalidates an object and refills a list without asking again", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  const other = await world.addUser(0);
  const list = { op: "assocRange", id1: id, atype: ASSOC.mutes, after: null, limit: 5 } as const;
  expect(await nameOf(world, { op: "objGet", id })).toBe("before");
  unwrap(await world.follower(0).read({ reads: [list], atLeast: EVENTUAL }));

  await world.write(0, [
    { op: "objUpdate", id, patch: '{"name":"after"}' },
    { op: "assocAdd", id1: id, atype: ASSOC.mutes, id2: other, timeMs: 3, data: "" },
  ]);
  await world.idle();
  const before = await world.follower(0).stats();
  const { results } = unwrap(await world.follower(0).read({ reads: [list], atLeast: EVENTUAL }));
  expect(results).toMatchObject([{ assocs: [{ id2: other, timeMs: 3 }], more: false }]);
  const after = await world.follower(0).stats();
  expect(after.hits - before.hits).toBe(1);
  expect(await nameOf(world, { op: "objGet", id })).toBe("after");
});

it("serves a negative from memory and drops it when the edge appears", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  const get: Read = { op: "assocGet", id1: a, atype: ASSOC.blocks, id2s: [b] };
  const ask = async () =>
    unwrap(await world.follower(0).read({ reads: [get], atLeast: EVENTUAL })).results[0];
  expect(await ask()).toEqual({ op: "assocGet", assocs: [] });
  expect(await ask()).toEqual({ op: "assocGet", assocs: [] });
  expect((await world.follower(0).stats()).hits).toBe(1);
  await world.write(0, [
    { op: "assocAdd", id1: a, atype: ASSOC.blocks, id2: b, timeMs: 1, data: "" },
  ]);
  await world.idle();
  expect(await ask()).toMatchObject({ assocs: [{ id2: b }] });
});

it("shows a ticket holder its own write although every push was lost", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  expect(await nameOf(world, { op: "objGet", id })).toBe("before");
  world.pushesAreLost = true;
  const writer = world.tao();
  unwrap(
    await writer.write(logicalShard(0), [{ op: "objUpdate", id, patch: '{"name":"after"}' }], null),
  );
  await world.idle();

  expect(await nameOf(world, { op: "objGet", id }), "without a ticket: still the old one").toBe(
    "before",
  );
  const { at } = unwrap(await world.leader(0).read({ reads: [], atLeast: null }));
  const { results } = unwrap(
    await world.follower(0).read({ reads: [{ op: "objGet", id }], atLeast: at }),
  );
  expect(results).toMatchObject([{ object: { data: expect.stringContaining("after") } }]);
});

it("is never staler than its TTL, and not by refetching everything", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  await nameOf(world, { op: "objGet", id });
  world.pushesAreLost = true;
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  await world.idle();
  world.clock.advance(LIMITS.followerTtlMs - 1);
  expect(await nameOf(world, { op: "objGet", id })).toBe("before");
  world.clock.advance(1);
  expect(await nameOf(world, { op: "objGet", id })).toBe("after");
});

it("repairs a gap from the leader's log", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "zero");
  await nameOf(world, { op: "objGet", id });
  world.pushesAreLost = true;
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"lost"}' }]);
  await world.idle();
  world.pushesAreLost = false;
  const other = await world.addUser(0);
  await world.idle();
  await world.ringAlarms();
  expect(other).toBeDefined();
  expect(await nameOf(world, { op: "objGet", id })).toBe("lost");
});

it("starts over when the log no longer reaches back to it", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "old");
  await nameOf(world, { op: "objGet", id });
  world.pushesAreLost = true;
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"new"}' }]);
  for (let i = 0; i < 3; i++) await world.addUser(0);
  await world.idle();
  await world.store(0).trim(Number.MAX_SAFE_INTEGER, 0);
  world.clock.advance(LIMITS.followerTtlMs);
  expect(await nameOf(world, { op: "objGet", id })).toBe("new");
});

/** A leader whose fill answers late: after the follower has heard of newer writes. */
async function lateFill(change: (world: GraphWorld, follower: Follower) => Promise<void>) {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "old");
  await world.idle();
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isFirst = true;
  const follower = new Follower("follower:0:apac:0", {
    clock: world.clock,
    leader: {
      fill: async (name: string, request: FillRequest) => {
        const answer = await world.leader(0).fill(name, request);
        if (!isFirst) return answer;
        isFirst = false;
        await gate;
        return answer;
      },
      pull: (name, after) => world.leader(0).pull(name, after),
      read: (request) => world.leader(0).read(request),
    },
    report: () => {},
  });
  const first = follower.read({ reads: [{ op: "objGet", id }], atLeast: null });
  await world.idle();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"new"}' }]);
  await change(world, follower);
  release();
  await first;
  return { world, follower, id };
}

it("does not keep a first fill that a write overtook", async ({ expect }) => {
  const { follower, id } = await lateFill(async (world, late) => {
    const { at: head } = unwrap(await world.leader(0).read({ reads: [], atLeast: null }));
    await late.push({ after: head, records: [], head } satisfies LogPush);
  });
  const { results } = unwrap(await follower.read({ reads: [{ op: "objGet", id }], atLeast: null }));
  expect(results).toMatchObject([{ object: { data: expect.stringContaining("new") } }]);
});

it("does not keep a later fill that an applied entry overtook", async ({ expect }) => {
  const { follower, id } = await lateFill(async (world, late) => {
    // Another read starts the log here; then the push with the change arrives.
    const someone = await world.addUser(0);
    unwrap(await late.read({ reads: [{ op: "objGet", id: someone }], atLeast: null }));
  });
  const { results } = unwrap(await follower.read({ reads: [{ op: "objGet", id }], atLeast: null }));
  expect(results).toMatchObject([{ object: { data: expect.stringContaining("new") } }]);
});

it("drops everything when a push cannot be applied", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "kept");
  await nameOf(world, { op: "objGet", id });
  const { applied, ageMs } = await world.follower(0).stats();
  expect(ageMs).toBeGreaterThanOrEqual(0);
  if (applied === null) throw new Error("nothing applied");
  const hole = {
    epoch: 1,
    opId: null,
    timeMs: 0,
    entries: [
      { seq: applied.seq + 5, prev: null, mutation: { kind: "object", id, otype: 1, data: null } },
    ],
  } as const;
  await world
    .follower(0)
    .push({ after: applied, records: [hole], head: { epoch: 1, seq: applied.seq + 5 } });
  expect(await world.follower(0).stats()).toMatchObject({
    entries: 0,
    applied: null,
    ageMs: null,
  });
  expect(world.reports).toContain("push_not_applied");
});

it("asks its leader to stop pushing once nothing is cached", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0);
  await nameOf(world, { op: "objGet", id });
  expect(await world.store(0).followers()).toHaveLength(1);
  const fresh = new Follower("f", {
    clock: world.clock,
    leader: world.leader(0),
    report: () => {},
  });
  expect(
    await fresh.push({ after: { epoch: 1, seq: 0 }, records: [], head: { epoch: 1, seq: 9 } }),
  ).toBeNull();
});

it("says so when its leader is away, and counts a full cache", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0);
  world.store(0).isAway = true;
  const away = {
    fill: async () => Promise.reject(new Error("gone")),
    pull: async () => Promise.reject(new Error("gone")),
    read: async () => Promise.reject(new Error("gone")),
  };
  const follower = new Follower("f", { clock: world.clock, leader: away, report: () => {} });
  expect(await follower.read({ reads: [{ op: "objGet", id }], atLeast: null })).toMatchObject({
    ok: false,
    error: { code: "unavailable", dependency: "leader" },
  });
});
