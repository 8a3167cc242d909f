import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { Follower } from "../../../core/tao/follower.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { FillRequest } from "../../../core/tao/service.ts";
import type { Version } from "../../../core/tao/version.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

/** A follower whose fills are read at once and arrive when the test says so. */
async function heldFills() {
  const world = await GraphWorld.create(1);
  const asked: FillRequest[] = [];
  let held: (() => void)[] = [];
  const leader = world.leader(0);
  const follower = new Follower("follower:0:apac:0", {
    clock: world.clock,
    leader: {
      fill: async (by, request) => {
        asked.push(request);
        const answer = await leader.fill(by, request);
        await new Promise<void>((resolve) => held.push(resolve));
        return answer;
      },
      pull: (by, after) => leader.pull(by, after),
      read: (request) => leader.read(request),
    },
    report: (event) => world.reports.push(event),
  });
  const turns = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  const ask = (id: Id, atLeast: Version | null = null) =>
    follower.read({ reads: [{ op: "objGet", id }], atLeast });
  return {
    world,
    follower,
    asked,
    ask,
    turns,
    release: async () => {
      await turns();
      const now = held;
      held = [];
      for (const resolve of now) resolve();
      await turns();
    },
  };
}

it("fetches a cold key once for a thousand readers", async ({ expect }) => {
  const { world, follower, asked, ask, release } = await heldFills();
  const id = await world.addUser(0, "hot");
  const readers = Array.from({ length: 1_000 }, () => ask(id));
  await release();
  const answers = await Promise.all(readers);
  expect(answers.every((answer) => answer.ok)).toBe(true);
  expect(asked).toHaveLength(1);
  expect(await follower.stats()).toMatchObject({ reads: 1_000, hits: 0, fills: 1, shared: 999 });
});

it("asks only for what is not under way, and for a longer prefix of a list", async ({ expect }) => {
  const { world, follower, asked, release } = await heldFills();
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  const range = { op: "assocRange", id1: a, atype: ASSOC.mutes, after: null } as const;
  const read = (...reads: Parameters<Follower["read"]>[0]["reads"]) =>
    follower.read({ reads, atLeast: null });
  const all = [
    read({ op: "objGet", id: a }, { op: "assocCount", id1: a, atype: ASSOC.mutes }),
    read({ op: "objGet", id: a }, { op: "objGet", id: b }, { ...range, limit: 10 }),
    read({ ...range, limit: 5 }),
  ];
  await release();
  for (const answer of await Promise.all(all)) unwrap(answer);
  expect(asked.map(({ objects, lists }) => [objects, lists.map(({ prefix }) => prefix)])).toEqual([
    [[a], [0]],
    [[b], [LIMITS.listPrefix]],
  ]);
});

it("does not take another reader's fill that left before its own ticket", async ({ expect }) => {
  const { world, asked, ask, turns, release } = await heldFills();
  const id = await world.addUser(0, "before");
  const first = ask(id);
  await turns();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  const { at } = unwrap(await world.leader(0).read({ reads: [], atLeast: null }));
  const second = ask(id, at);
  await release();
  await release();
  expect(unwrap(await first).results).toMatchObject([
    { object: { data: expect.stringContaining("before") } },
  ]);
  expect(unwrap(await second).results).toMatchObject([
    { object: { data: expect.stringContaining("after") } },
  ]);
  expect(asked).toHaveLength(2);
});

it("refuses misses beyond its bounds and still answers hits", async ({ expect }) => {
  const { world, follower, ask, release } = await heldFills();
  const ids = [];
  for (let i = 0; i < LIMITS.followerFillsMax + 2; i++) ids.push(await world.addUser(0));
  const [known, ...cold] = ids as [Id, ...Id[]];
  const first = ask(known);
  await release();
  unwrap(await first);

  const misses = cold.map((id) => ask(id));
  expect(await misses.at(-1)).toEqual({
    ok: false,
    error: { code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs },
  });
  unwrap(await ask(known));
  const joined = ask(cold[0] as Id);
  await release();
  for (const miss of misses.slice(0, -1)) unwrap(await miss);
  unwrap(await joined);
  expect(await follower.stats()).toMatchObject({ refused: 1, shared: 1 });
});

it("bounds how many readers wait for one slow leader", async ({ expect }) => {
  const { world, ask, release } = await heldFills();
  const id = await world.addUser(0);
  const waiting = Array.from({ length: LIMITS.followerWaitingMax }, () => ask(id));
  expect(await ask(id)).toMatchObject({ ok: false, error: { code: "overloaded" } });
  await release();
  expect((await Promise.all(waiting)).every((answer) => answer.ok)).toBe(true);
});

it("counts every edge that a point read looks at", async ({ expect }) => {
  const { world, follower, release } = await heldFills();
  const [a, b, c] = [await world.addUser(0), await world.addUser(0), await world.addUser(0)];
  const get = { op: "assocGet", id1: a, atype: ASSOC.blocks, id2s: [b, c] } as const;
  const first = follower.read({ reads: [get], atLeast: null });
  await release();
  unwrap(await first);
  unwrap(await follower.read({ reads: [get], atLeast: null }));
  expect(await follower.stats()).toMatchObject({ reads: 4, hits: 2 });
});
