import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { Commit } from "../../../core/tao/store.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";
import { MemoryStore } from "../../fakes/memory-store.ts";

/** Loses what one of its next calls answers. */
class LossyStore extends MemoryStore {
  losesCommitReply = false;
  refusesFollower = false;
  headIsAway = false;

  override async head() {
    if (this.headIsAway) throw new Error("store away");
    return super.head();
  }

  override async commit(commit: Commit): Promise<void> {
    await super.commit(commit);
    if (!this.losesCommitReply) return;
    this.losesCommitReply = false;
    throw new Error("reply lost");
  }

  override async addFollower(name: string): Promise<void> {
    if (this.refusesFollower) {
      this.refusesFollower = false;
      throw new Error("store away");
    }
    await super.addFollower(name);
  }
}

async function lossyWorld() {
  const world = await GraphWorld.create(2);
  const store = new LossyStore();
  world.stores[0] = store;
  await world.restartLeader(0);
  const [ann, ben] = [await world.addUser(0, "ann"), await world.addUser(1, "ben")];
  const follow = (timeMs: number, opId: string | null = null) => ({
    writes: [
      { op: "assocAdd", id1: ann, atype: ASSOC.follows, id2: ben, timeMs, data: "" } as const,
    ],
    opId,
  });
  const followedBy = async () => {
    const reads = [{ op: "assocCount", id1: ben, atype: ASSOC.followedBy } as const];
    return unwrap(await world.leader(1).read({ reads, atLeast: null })).results[0];
  };
  return { world, store, ann, ben, follow, followedBy };
}

describe("a commit whose reply was lost", () => {
  it("reaches followers without another write", async ({ expect }) => {
    const { world, store, ann, follow } = await lossyWorld();
    const reads = [{ op: "assocCount", id1: ann, atype: ASSOC.follows }] as const;
    unwrap(await world.follower(0).read({ reads, atLeast: null }));
    await world.ringAlarms();

    store.losesCommitReply = true;
    expect((await world.leader(0).write(follow(1))).ok).toBe(false);
    await world.ringAlarms();
    const answer = unwrap(await world.follower(0).read({ reads, atLeast: null }));
    expect(answer.results).toEqual([{ op: "assocCount", count: 1 }]);
  });

  it("is named by every answer that shows it", async ({ expect }) => {
    const { world, store, ann, ben, follow } = await lossyWorld();
    store.losesCommitReply = true;
    await world.leader(0).write(follow(1));
    const reads = [{ op: "assocGet", id1: ann, atype: ASSOC.follows, id2s: [ben] }] as const;
    const byLeader = unwrap(await world.leader(0).read({ reads, atLeast: null }));
    const byFollower = unwrap(await world.follower(0).read({ reads, atLeast: null }));
    for (const { results, at } of [byLeader, byFollower]) {
      const [first] = results;
      expect(first?.op === "assocGet" ? first.assocs[0]?.version : null).toEqual(at);
    }
  });

  it("is not read past, however long the store is away after it", async ({ expect }) => {
    const { world, store, ann, follow } = await lossyWorld();
    const read = () =>
      world.leader(0).read({
        reads: [{ op: "assocCount", id1: ann, atype: ASSOC.follows }],
        atLeast: null,
      });
    store.losesCommitReply = true;
    await world.leader(0).write(follow(1));
    store.headIsAway = true;
    for (const passMs of [1, LIMITS.commitDoubtMs, LIMITS.followerTtlMs]) {
      world.clock.advance(passMs);
      expect((await read()).ok, `${passMs} ms later`).toBe(false);
    }
    store.headIsAway = false;
    unwrap(await read());
    store.headIsAway = true;
    expect((await read()).ok, "as without a doubt").toBe(true);
  });

  it("delivers its inverse although a later write was sent before", async ({ expect }) => {
    const { world, store, ann, ben, follow, followedBy } = await lossyWorld();
    await world.ringAlarms();
    store.losesCommitReply = true;
    await world.leader(0).write(follow(1));
    // Same target, later in the log: must not move the receiver's cursor past the lost one.
    await world.write(0, [
      { op: "assocAdd", id1: ann, atype: ASSOC.blocks, id2: ben, timeMs: 2, data: "" },
    ]);
    await world.idle();
    await world.ringAlarms();
    expect(await followedBy()).toEqual({ op: "assocCount", count: 1 });
  });
});

it("tells a follower of writes at once after a restart", async ({ expect }) => {
  const { world, ann, follow } = await lossyWorld();
  const reads = [{ op: "assocCount", id1: ann, atype: ASSOC.follows }] as const;
  unwrap(await world.follower(0).read({ reads, atLeast: null }));
  await world.restartLeader(0);
  await world.write(0, follow(1).writes);
  await world.idle();
  expect(unwrap(await world.follower(0).read({ reads, atLeast: null })).results).toEqual([
    { op: "assocCount", count: 1 },
  ]);
});

it("still knows a follower after a restart when its first registration failed", async ({
  expect,
}) => {
  const { world, store, ann, follow } = await lossyWorld();
  const reads = [{ op: "assocCount", id1: ann, atype: ASSOC.follows }] as const;
  store.refusesFollower = true;
  expect((await world.follower(0).read({ reads, atLeast: null })).ok).toBe(false);
  unwrap(await world.follower(0).read({ reads, atLeast: null }));
  await world.restartLeader(0);
  await world.write(0, follow(1).writes);
  await world.idle();
  expect(unwrap(await world.follower(0).read({ reads, atLeast: null })).results).toEqual([
    { op: "assocCount", count: 1 },
  ]);
});

it("arms its alarm again when the store is away, however often", async ({ expect }) => {
  const { world, store, follow, followedBy } = await lossyWorld();
  world.cutOff.add(1);
  await world.write(0, follow(1).writes);
  await world.idle();
  store.isAway = true;
  for (let rounds = 0; rounds < 10; rounds++) {
    expect(world.alarms.delete(0)).toBe(true);
    await world.leader(0).tick();
  }
  store.isAway = false;
  world.cutOff.clear();
  await world.ringAlarms();
  expect(await followedBy()).toEqual({ op: "assocCount", count: 1 });
});

it("does not write over what turned out to be durable while it planned", async ({ expect }) => {
  const { world, store, ann, ben, follow } = await lossyWorld();
  const commit = store.commit.bind(store);
  let landed = async () => {};
  store.commit = async (group) => {
    store.commit = commit;
    landed = () => commit(group);
    throw new Error("timed out");
  };
  expect((await world.leader(0).write(follow(1))).ok).toBe(false);

  const planRows = store.planRows.bind(store);
  const planning = Promise.withResolvers<void>();
  const planned = Promise.withResolvers<void>();
  store.planRows = async (keys) => {
    store.planRows = planRows;
    const rows = await planRows(keys);
    planning.resolve();
    await planned.promise;
    return rows;
  };
  const writes = [
    { op: "assocAdd", id1: ann, atype: ASSOC.follows, id2: ann, timeMs: 2, data: "" } as const,
  ];
  const second = world.leader(0).write({ writes, opId: "second" });
  await planning.promise;
  await landed();
  await world.leader(0).tick();
  planned.resolve();
  await second;
  unwrap(await world.leader(0).write({ writes, opId: "second" }));
  const reads = [
    { op: "assocCount", id1: ann, atype: ASSOC.follows },
    { op: "assocGet", id1: ann, atype: ASSOC.follows, id2s: [ann, ben] },
  ] as const;
  const [count, edges] = unwrap(await world.leader(0).read({ reads, atLeast: null })).results;
  expect([count, edges?.op === "assocGet" && edges.assocs.length]).toEqual([
    { op: "assocCount", count: 2 },
    2,
  ]);
});
