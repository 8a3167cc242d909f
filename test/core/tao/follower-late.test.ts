import { it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { ok } from "../../../core/result.ts";
import { Follower } from "../../../core/tao/follower.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { decodeUnionResponse, encodeUnionRequest } from "../../../core/tao/union.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";
import { ask, get, headOf, slowFollower } from "../../fakes/slow-follower.ts";

it("marks a merged page whose first entries were old when it began to wait", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [author, reader] = [await world.addUser(0), await world.addUser(0)];
  const edge = { id1: author, atype: ASSOC.mutes, id2: reader } as const;
  await world.write(0, [{ op: "assocAdd", ...edge, timeMs: 5, data: "" }]);
  const { follower, hold, lose, turns, release } = slowFollower(world);
  const request = { id1s: [author], atype: ASSOC.mutes, after: null, limit: 5, atLeast: null };
  await follower.union(encodeUnionRequest({ ...request, counts: [] }));
  const after = await headOf(world);
  world.clock.advance(LIMITS.followerTtlMs);
  await world.write(0, [{ op: "assocDelete", ...edge }]);
  lose("pull");
  hold("fill");
  const counts = [ASSOC.likes];
  const answer = follower.union(encodeUnionRequest({ ...request, counts, allowStale: true }));
  await turns();
  lose("read");
  const records = (await world.store(0).logAfter(after, 9)) ?? [];
  await follower.push({ after, records, head: await headOf(world) });
  world.clock.advance(LIMITS.leaderRetryMs);
  await release();
  const { entries, staleMs } = decodeUnionResponse(unwrap(await answer));
  expect([entries.length, staleMs]).toEqual([1, LIMITS.followerTtlMs]);
});

it("names the end of a fill, not its beginning, in what it answers", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0);
  const { at } = unwrap(await world.leader(0).read({ reads: [], atLeast: null }));
  const upTo = { ...at, seq: at.seq + 2 };
  const follower = new Follower("follower:0:apac:0", {
    clock: world.clock,
    leader: {
      fill: async () => ok({ objects: [null], lists: [], points: [], at, upTo }),
      pull: async () => ok(null),
      read: async () => ok({ results: [], at }),
    },
    report: () => {},
  });
  expect((await ask(follower, get(id))).at).toEqual(upTo);
});

it("counts the age of what a pull proved from when it was asked", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  world.pushesAreLost = true;
  const id = await world.addUser(0, "old");
  const { follower, hold, turns, release } = slowFollower(world);
  await ask(follower, get(id));
  world.clock.advance(LIMITS.followerTtlMs);
  hold("pull");
  const slow = ask(follower, get(id));
  await turns();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"new"}' }]);
  world.clock.advance(3_000);
  await release();
  await slow;
  const name = async () =>
    (await ask(follower, get(id))).results.map((result) =>
      result.op === "objGet"
        ? (JSON.parse(result.object?.data ?? "{}") as { name?: string }).name
        : null,
    );
  world.clock.advance(LIMITS.followerTtlMs - 3_001);
  expect(await name()).toEqual(["old"]);
  world.clock.advance(1);
  expect(await name()).toEqual(["new"]);
});
