import { describe, it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { PlanKeys } from "../../../core/tao/store.ts";
import { follow, HERE, NEIGHBOUR, Scribe, there, userData } from "../../db/scribe.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";
import { HeldStore } from "../../fakes/held-store.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import { drained, FarStore, WatchedMemory } from "./leader-memory-world.ts";

const NOTHING: PlanKeys = {
  objects: [],
  assocs: [],
  lists: [],
  opIds: [],
  idShards: [],
  sources: [],
};

/** A memory over a far store with two users, of whom the first follows so many. */
async function begun(follows = 3) {
  const store = new FarStore();
  const clock = new ManualClock();
  const open = () => new WatchedMemory(store, { clock });
  /** Lets everything run to its end. */
  const done = async <T>(work: Promise<T>): Promise<T> => {
    const state = { isDone: false };
    const settled = work.finally(() => {
      state.isDone = true;
    });
    settled.catch(() => null);
    for (let n = 0; !state.isDone && n < 10_000; n++) {
      store.turn(0);
      await drained();
    }
    return settled;
  };
  const scribe = await done(Scribe.of(open()));
  const [a, b] = (await done(scribe.users(2))) as [Id, Id];
  for (let n = 1; n <= follows; n++) await done(scribe.write([follow(a, there(n), n)]));
  // Another life of the leader: it remembers nothing yet.
  const cold = open();
  await done(cold.head());
  store.sent.length = 0;
  return { store, clock, scribe: new Scribe(cold, scribe.head), memory: cold, a, b, done };
}

describe("a stampede on one cold key", () => {
  it("costs one query, and none once it is known", async ({ expect }) => {
    const { store, memory, a, done } = await begun();
    const readers = () => Promise.all(Array.from({ length: 1_000 }, () => memory.objects([a])));
    expect((await done(readers())).every(([found]) => found?.id === a)).toBe(true);
    expect(store.sent).toEqual(["planRows"]);
    await done(readers());
    expect(store.sent).toEqual(["planRows"]);
    expect(memory.stats()).toMatchObject({
      hits: 1_000,
      misses: 1_000,
      coalesced: 999,
      queries: 1,
    });
  });

  it("costs one query for a list too, its length included", async ({ expect }) => {
    const { store, memory, a, done } = await begun();
    const query = { id1: a, atype: ASSOC.follows, limit: 64 };
    const readers = Array.from({ length: 1_000 }, () => memory.prefixes([query]));
    const [first] = await done(Promise.all(readers));
    expect(first?.[0]).toMatchObject({ count: 3, assocs: { length: 3 } });
    expect(store.sent).toEqual(["prefixes"]);
    await done(memory.lists([query]));
    await done(memory.ranges([{ ...query, after: null }]));
    expect(store.sent).toEqual(["prefixes"]);
  });

  it("remembers what does not exist", async ({ expect }) => {
    const { store, memory, b, done } = await begun();
    const key = { id1: b, atype: ASSOC.follows, id2: there(9) };
    for (let n = 0; n < 2; n++) {
      expect(await done(memory.objects([there(7)]))).toEqual([]);
      expect(await done(memory.assocs([key]))).toEqual([]);
      expect(await done(memory.lists([key]))).toEqual([]);
      expect(await done(memory.ranges([{ ...key, after: null, limit: 9 }]))).toEqual([[]]);
    }
    expect(store.sent).toEqual(["planRows", "prefixes"]);
  });

  it("costs one query for all that is asked of a short list, one edge first", async ({
    expect,
  }) => {
    const { store, memory, a, done } = await begun();
    const list = { id1: a, atype: ASSOC.follows };
    const edges = [1, 2, 3, 4].map((n) => ({ ...list, id2: there(n) }));
    const found = await done(Promise.all(edges.map((key) => memory.assocs([key]))));
    expect(found.map(({ length }) => length)).toEqual([1, 1, 1, 0]);
    await done(memory.lists([list]));
    await done(memory.ranges([{ ...list, after: null, limit: 9 }]));
    await done(memory.prefixes([{ ...list, limit: 9 }]));
    await done(memory.planRows({ ...NOTHING, assocs: edges, lists: [list] }));
    expect(store.sent).toEqual(["prefixes"]);
    expect(memory.stats()).toMatchObject({ misses: 4, coalesced: 3 });
  });

  it("asks for edges below the newest of a long list one by one, its length once", async ({
    expect,
  }) => {
    const { store, memory, a, done } = await begun(LIMITS.listPrefix + 2);
    const edge = (n: number) => ({ id1: a, atype: ASSOC.follows, id2: there(n) });
    expect(await done(memory.assocs([edge(1)]))).toHaveLength(1);
    expect(store.sent).toEqual(["prefixes", "planRows"]);
    expect(memory.stats()).toMatchObject({ misses: 2, coalesced: 0 });
    expect(await done(memory.assocs([edge(99)]))).toEqual([]);
    expect(store.sent).toEqual(["prefixes", "planRows", "planRows"]);
    expect(await done(memory.assocs([edge(1), edge(99), edge(40)]))).toHaveLength(2);
    expect(store.sent).toHaveLength(3);
  });

  it("asks for one edge at once where the list is known to be long", async ({ expect }) => {
    const { store, memory, a, done } = await begun(LIMITS.listPrefix + 2);
    const list = { id1: a, atype: ASSOC.follows };
    await done(memory.lists([list]));
    await done(memory.assocs([{ ...list, id2: there(1) }]));
    expect(store.sent).toEqual(["planRows", "planRows"]);
  });

  it("asks again for what nobody has used for ten minutes", async ({ expect }) => {
    const { store, memory, clock, a, done } = await begun();
    await done(memory.objects([a]));
    clock.advance(LIMITS.leaderTtlMs - 1);
    await done(memory.objects([a]));
    clock.advance(LIMITS.leaderTtlMs - 1);
    await done(memory.objects([a]));
    expect(store.sent.length).toBe(1);
    clock.advance(LIMITS.leaderTtlMs);
    await done(memory.objects([a]));
    expect(store.sent.length).toBe(2);
  });

  it("asks again for what is used all the time once it is an hour old", async ({ expect }) => {
    const { store, memory, clock, a, done } = await begun();
    const stepMs = LIMITS.leaderTtlMs / 2;
    for (let ageMs = 0; ageMs < LIMITS.leaderAgeMaxMs; ageMs += stepMs) {
      await done(memory.objects([a]));
      clock.advance(stepMs);
    }
    expect(store.sent.length).toBe(1);
    await done(memory.objects([a]));
    expect(store.sent.length).toBe(2);
  });
});

describe("a group of writes", () => {
  it("costs no query where everything it needs is known", async ({ expect }) => {
    const { store, memory, scribe, a, done } = await begun();
    await done(scribe.write([follow(a, there(50), 50)]));
    expect(store.sent).toEqual(["planRows"]);
    await done(scribe.write([follow(a, there(50), 51)]));
    await done(scribe.write([{ op: "assocDelete", id1: a, atype: ASSOC.follows, id2: there(50) }]));
    expect(store.sent).toEqual(["planRows"]);
    expect(memory.stats()).toMatchObject({ plans: 3, plansFromMemory: 2 });
  });

  it("gives out ids in order from memory", async ({ expect }) => {
    const { store, scribe, done } = await begun();
    const add = () => scribe.write([{ op: "objAdd", otype: 1, shard: HERE, data: userData("x") }]);
    const ids = [await done(add()), await done(add()), await done(add())].flat();
    expect(store.sent).toEqual(["planRows"]);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
  });

  it("asks the store for cursors of other shards again after every look at its head", async ({
    expect,
  }) => {
    const { store, memory, done } = await begun();
    const keys = { ...NOTHING, sources: [NEIGHBOUR] };
    await done(memory.planRows(keys));
    await done(memory.planRows(keys));
    expect(store.sent).toEqual(["planRows"]);
    await done(memory.head());
    await done(memory.planRows(keys));
    expect(store.sent).toEqual(["planRows", "head", "planRows"]);
  });
});

describe("a head that moved without a commit that succeeded", () => {
  /** A group whose reply is lost: the next look at the head shows it. */
  async function loses({ store }: Awaited<ReturnType<typeof begun>>, group: Promise<unknown>) {
    const lost = group.catch(() => "lost");
    await drained();
    store.fault = "loses replies";
    await store.step("planRows");
    await store.step("planRows");
    await store.step("commit");
    store.fault = null;
    return lost;
  }

  it("leaves nothing in memory, nor what was being read", async ({ expect }) => {
    const world = await begun();
    const { store, memory, scribe, a, done } = world;
    const follows = { id1: a, atype: ASSOC.follows, after: null, limit: 9 };
    await done(memory.objects([a]));
    const early = memory.ranges([follows]);
    await drained();
    await store.step("prefixes");
    expect(await loses(world, scribe.write([follow(a, there(60), 60)]))).toBe("lost");
    const head = memory.head();
    await drained();
    await store.step("head");
    await store.step("head");
    await head;
    await done(early);
    expect(memory.stats().entries).toBe(0);
    const [page] = await done(memory.ranges([follows]));
    expect(page?.[0]?.id2).toBe(there(60));
  });

  it("keeps no plan that was read across it", async ({ expect }) => {
    const world = await begun();
    const { store, memory, clock, scribe, b, done } = world;
    const patch = JSON.stringify({ name: "after" });
    expect(await loses(world, scribe.write([{ op: "objUpdate", id: b, patch }]))).toBe("lost");
    clock.advance(LIMITS.leaderTtlMs);
    const plan = memory.planRows({ ...NOTHING, objects: [b] });
    await drained();
    await store.step("planRows");
    const head = memory.head();
    await drained();
    await store.step("head");
    await store.step("head");
    await head;
    await done(plan);
    const [found] = await done(memory.objects([b]));
    expect(found?.data).toContain("after");
  });
});

describe("a leader with too many reads under way", () => {
  it("refuses more at once, and says so", async ({ expect }) => {
    const world = await GraphWorld.create(1);
    const store = new HeldStore();
    world.stores[0] = store;
    await world.restartLeader(0);
    const leader = world.leader(0);
    const read = (n: number) =>
      leader.read({ reads: [{ op: "objGet", id: there(n) }], atLeast: null });
    unwrap(await read(0));
    store.holds = "planRows";
    const waiting = Array.from({ length: LIMITS.leaderReadsMax }, (_, n) => read(n + 1));
    await store.reached();
    expect(await read(0)).toMatchObject({ error: { code: "overloaded" } });
    store.goOn();
    expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true);
    expect((await read(0)).ok).toBe(true);
  });
});
