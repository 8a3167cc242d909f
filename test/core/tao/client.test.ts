import { it } from "vitest";

import { shardOf } from "../../../core/ids.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const nameOf = (object: { readonly data: string } | null): string =>
  object === null ? "" : (JSON.parse(object.data) as { name: string }).name;

it("reads its own write through a follower that heard nothing, by ticket alone", async ({
  expect,
}) => {
  const world = await GraphWorld.create(2);
  const id = await world.addUser(1, "before");
  const read = { op: "objGet", id } as const;
  unwrap(await world.tao().read([read]));
  world.pushesAreLost = true;

  const writer = world.tao();
  unwrap(
    await writer.write(shardOf(id), [{ op: "objUpdate", id, patch: '{"name":"after"}' }], null),
  );
  await world.idle();
  const [stranger] = unwrap(await world.tao().read([read]));
  expect(nameOf(stranger.object), "no ticket: what the follower has").toBe("before");
  const [same] = unwrap(await writer.read([read]));
  expect(nameOf(same.object), "the same request").toBe("after");
  const [holder] = unwrap(await world.tao(writer.ticket()).read([read]));
  expect(nameOf(holder.object), "the next request, with the ticket").toBe("after");
});

it("asks for merged lists with its ticket too", async ({ expect }) => {
  const world = await GraphWorld.create(2);
  const [user, other] = [await world.addUser(1), await world.addUser(1)];
  const union = { id1s: [user], atype: ASSOC.mutes, after: null, limit: 5, counts: [] };
  unwrap(await world.tao().union(union));
  world.pushesAreLost = true;
  const writer = world.tao();
  const mute = {
    op: "assocAdd",
    id1: user,
    atype: ASSOC.mutes,
    id2: other,
    timeMs: 1,
    data: "",
  } as const;
  unwrap(await writer.write(shardOf(user), [mute], null));
  await world.idle();
  expect(unwrap(await world.tao().union(union)).entries).toEqual([]);
  expect(unwrap(await world.tao(writer.ticket()).union(union)).entries).toHaveLength(1);
});

it("reads behind two tickets at once, and hands out one for both", async ({ expect }) => {
  const world = await GraphWorld.create(2);
  const ids = [await world.addUser(0, "before"), await world.addUser(1, "before")] as const;
  const reads = ids.map((id) => ({ op: "objGet", id }) as const);
  const names = async (ticket: string | null): Promise<string[]> =>
    unwrap(await world.tao(ticket).read(reads)).map(({ object }) => nameOf(object));
  unwrap(await world.tao().read(reads));
  world.pushesAreLost = true;
  const tickets = await Promise.all(
    ids.map(async (id) => {
      const writer = world.tao();
      const patch = '{"name":"after"}';
      unwrap(await writer.write(shardOf(id), [{ op: "objUpdate", id, patch }], null));
      return writer.ticket();
    }),
  );
  await world.idle();
  expect(await names(null)).toEqual(["before", "before"]);
  const both = world.tao([tickets[0], "garbage", tickets[1]].join(","));
  const merged = both.ticket();
  expect(merged).not.toContain(",");
  expect([...both.wrote().keys()].toSorted()).toEqual([0, 1]);
  expect(await names(merged)).toEqual(["after", "after"]);
});

it("makes one call per shard touched, however many reads there are", async ({ expect }) => {
  const world = await GraphWorld.create(4);
  const users = await Promise.all([0, 1, 1, 2, 2, 2].map((shard) => world.addUser(shard)));
  const tao = world.tao();
  const reads = users.map((id) => ({ op: "objGet", id }) as const);
  expect(unwrap(await tao.read(reads))).toHaveLength(6);
  expect(tao.calls()).toBe(3);
});

it("goes to the leader when asked to, past a follower that is behind", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id = await world.addUser(0, "before");
  unwrap(await world.tao().read([{ op: "objGet", id }]));
  world.pushesAreLost = true;
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  await world.idle();
  const [eventual] = unwrap(await world.tao().read([{ op: "objGet", id }], "eventual"));
  const [leader] = unwrap(await world.tao().read([{ op: "objGet", id }], "leader"));
  expect([nameOf(eventual.object), nameOf(leader.object)]).toEqual(["before", "after"]);
});
