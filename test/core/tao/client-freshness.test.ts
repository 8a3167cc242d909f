import { describe, it } from "vitest";

import { type Id, shardOf } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const nameOf = (object: { readonly data: string } | null): string =>
  object === null ? "" : (JSON.parse(object.data) as { name: string }).name;

/** A user that the follower knows under an old name, and the ticket of who renamed them. */
async function renamed() {
  const world = await GraphWorld.create(2);
  const id = await world.addUser(1, "before");
  const read = { op: "objGet", id } as const;
  const union = { id1s: [id], atype: ASSOC.mutes, after: null, limit: 5, counts: [] };
  unwrap(await world.tao().read([read]));
  unwrap(await world.tao().union(union));
  world.pushesAreLost = true;
  const writer = world.tao();
  const mute = { op: "assocAdd", id1: id, atype: ASSOC.mutes, timeMs: 1, data: "" } as const;
  unwrap(
    await writer.write(
      shardOf(id),
      [
        { op: "objUpdate", id, patch: '{"name":"after"}' },
        { ...mute, id2: id },
      ],
      null,
    ),
  );
  await world.idle();
  return { world, id, read, union, ticket: writer.ticket() };
}

describe("what a request asks for", () => {
  it("holds for all its reads: eventual ignores the ticket", async ({ expect }) => {
    const { world, read, union, ticket } = await renamed();
    const tao = world.tao(ticket, { consistency: "eventual" });
    expect(nameOf(unwrap(await tao.read([read]))[0].object)).toBe("before");
    expect(unwrap(await tao.union(union)).entries).toEqual([]);
  });

  it("holds for all its reads: leader needs no ticket", async ({ expect }) => {
    const { world, id, read, union } = await renamed();
    const tao = world.tao(null, { consistency: "leader" });
    expect(nameOf(unwrap(await tao.read([read]))[0].object)).toBe("after");
    const page = unwrap(await tao.union(union));
    expect(page.entries).toMatchObject([{ id1: id, id2: id }]);
    expect(page.owners.get(id)).toContain("after");
    expect((await world.follower(1).stats()).reads, "the follower heard nothing of it").toBe(2);
  });

  it("gives way to what a read says itself", async ({ expect }) => {
    const { world, read } = await renamed();
    const tao = world.tao(null, { consistency: "eventual" });
    expect(nameOf(unwrap(await tao.read([read], "leader"))[0].object)).toBe("after");
  });

  it("leaves a ticket behind that includes what the leader showed", async ({ expect }) => {
    const { world, read } = await renamed();
    const first = world.tao(null, { consistency: "leader" });
    unwrap(await first.read([read]));
    const next = world.tao(first.ticket());
    expect(nameOf(unwrap(await next.read([read]))[0].object)).toBe("after");
  });
});

describe("while the leader is away", () => {
  it("tells the age of the oldest part", async ({ expect }) => {
    const { world, read, union } = await renamed();
    const tao = world.tao();
    world.leadersAreAway = true;
    unwrap(await tao.read([read]));
    expect(tao.staleMs()).toBeNull();
    world.clock.advance(LIMITS.followerTtlMs);
    unwrap(await world.tao().union(union));
    const later = world.tao();
    unwrap(await later.union(union));
    expect(later.staleMs()).toBe(LIMITS.followerTtlMs);
    world.clock.advance(500);
    unwrap(await later.read([read]));
    expect(later.staleMs()).toBe(LIMITS.followerTtlMs + 500);
  });

  it("refuses a ticket holder, or marks what it has if they allow it", async ({ expect }) => {
    const { world, read, union, ticket } = await renamed();
    world.leadersAreAway = true;
    const strict = world.tao(ticket);
    const refused = { ok: false, error: { code: "unavailable", dependency: "leader" } };
    expect(await strict.read([read])).toMatchObject(refused);
    expect(await strict.union(union)).toMatchObject(refused);
    const lenient = world.tao(ticket, { allowStale: true });
    expect(nameOf(unwrap(await lenient.read([read]))[0].object)).toBe("before");
    expect(unwrap(await lenient.union(union)).entries).toEqual([]);
    expect(lenient.staleMs()).toBe(0);
  });
});

describe("a hot key", () => {
  /** Reads of one second that make it one. */
  const heat = async (world: GraphWorld, read: { readonly op: "objGet"; readonly id: Id }) => {
    for (let i = 0; i < LIMITS.hotReadsPerSecond + LIMITS.hotSampleEvery; i++) {
      unwrap(await world.tao().read([read]));
    }
  };

  it("is answered from the caller's memory, for a second", async ({ expect }) => {
    const world = await GraphWorld.create(1);
    const id = await world.addUser(0, "star");
    const read = { op: "objGet", id } as const;
    await heat(world, read);
    const before = await world.follower(0).stats();
    const tao = world.tao();
    expect(nameOf(unwrap(await tao.read([read]))[0].object)).toBe("star");
    expect([tao.calls(), (await world.follower(0).stats()).reads]).toEqual([0, before.reads]);
    world.clock.advance(LIMITS.hotCacheMs);
    const later = world.tao();
    unwrap(await later.read([read]));
    expect(later.calls()).toBe(1);
  });

  it("does not hide a reader's own write", async ({ expect }) => {
    const world = await GraphWorld.create(1);
    const id = await world.addUser(0, "star");
    const read = { op: "objGet", id } as const;
    await heat(world, read);
    const writer = world.tao();
    unwrap(
      await writer.write(shardOf(id), [{ op: "objUpdate", id, patch: '{"name":"new"}' }], null),
    );
    expect(nameOf(unwrap(await world.tao().read([read]))[0].object), "a stranger").toBe("star");
    expect(nameOf(unwrap(await writer.read([read]))[0].object)).toBe("new");
    const next = world.tao(writer.ticket());
    expect(nameOf(unwrap(await next.read([read]))[0].object)).toBe("new");
  });

  it("does not answer who asks for the leader", async ({ expect }) => {
    const world = await GraphWorld.create(1);
    const id = await world.addUser(0, "star");
    const read = { op: "objGet", id } as const;
    await heat(world, read);
    await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"new"}' }]);
    const tao = world.tao(null, { consistency: "leader" });
    expect(nameOf(unwrap(await tao.read([read]))[0].object)).toBe("new");
  });

  it("is asked for again by a reader whose ticket it may not satisfy", async ({ expect }) => {
    const world = await GraphWorld.create(1);
    const [id, other] = [await world.addUser(0, "star"), await world.addUser(0)];
    const read = { op: "objGet", id } as const;
    await heat(world, read);
    world.pushesAreLost = true;
    await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"new"}' }]);
    // Through a fill that runs ahead of the log, this reader has seen the shard past the rename.
    const reader = world.tao();
    unwrap(await reader.read([{ op: "assocCount", id1: other, atype: ASSOC.mutes }]));
    expect(nameOf(unwrap(await reader.read([read]))[0].object)).toBe("new");
  });

  it("is kept with the position that it reflects, not with the newest that was heard of", async ({
    expect,
  }) => {
    const world = await GraphWorld.create(1);
    const [id, other] = [await world.addUser(0, "star"), await world.addUser(0)];
    const read = { op: "objGet", id } as const;
    unwrap(await world.tao().read([read]));
    world.pushesAreLost = true;
    await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"new"}' }]);
    const ahead = world.tao();
    unwrap(await ahead.read([{ op: "assocCount", id1: other, atype: ASSOC.mutes }]));
    await heat(world, read);
    expect(world.hot.counters.kept).toBeGreaterThan(0);
    const holder = world.tao(ahead.ticket());
    expect(nameOf(unwrap(await holder.read([read]))[0].object)).toBe("new");
  });

  it("goes into the reader's ticket like any answer", async ({ expect }) => {
    const world = await GraphWorld.create(1);
    const id = await world.addUser(0, "star");
    const read = { op: "objGet", id } as const;
    await heat(world, read);
    const [fromMemory, plain] = [world.tao(), world.tao()];
    unwrap(await fromMemory.read([read]));
    unwrap(await plain.read([{ op: "assocCount", id1: id, atype: ASSOC.mutes }]));
    expect([fromMemory.calls(), plain.calls()]).toEqual([0, 1]);
    expect(fromMemory.ticket()).toBe(plain.ticket());
    expect(fromMemory.ticket()).not.toBe(world.tao().ticket());
  });

  it("is not kept from an answer that is about to expire", async ({ expect }) => {
    const world = await GraphWorld.create(1);
    const id = await world.addUser(0, "star");
    const read = { op: "objGet", id } as const;
    unwrap(await world.tao().read([read]));
    world.clock.advance(LIMITS.followerTtlMs - LIMITS.hotCacheMs);
    await heat(world, read);
    expect(world.hot.counters).toEqual({ hits: 0, kept: 0 });
  });
});
