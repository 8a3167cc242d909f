import { it } from "vitest";

import { followEdge } from "../../../core/feed/writes.ts";
import { type Id, shardOf } from "../../../core/ids.ts";
import { createTao } from "../../../core/tao/client.ts";
import { HotCache } from "../../../core/tao/hot-cache.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { Routes } from "../../../core/tao/route.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";
import { HeldStore } from "../../fakes/held-store.ts";
import { ManualTime } from "../../fakes/manual-time.ts";

const BUDGET_MS = 5_000;
const never = (): Promise<never> => new Promise(() => {});

/** One leader over a store that hangs when the test says so; each request has its own deadline. */
async function hanging() {
  const world = await GraphWorld.create(1);
  const store = new HeldStore();
  world.stores[0] = store;
  await world.restartLeader(0);
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  const time = new ManualTime();
  const routes = new Routes(["eu-west"], 1);
  const request = (follower: "answers" | "hangs" = "answers") =>
    createTao(
      {
        clock: time.clock,
        timer: time.timer,
        sleep: time.sleep,
        random: { next: () => 0.5 },
        map: world.map,
        hot: new HotCache(),
        signer: { sign: () => "" },
        routes,
        leader: () => world.leader(0),
        follower: (shard) =>
          follower === "answers" ? world.follower(shard) : { read: never, union: never },
      },
      { region: "eu-west", ticket: null, deadlineMs: time.clock.nowMs() + BUDGET_MS },
    );
  /** What `work` ends with, and after how many ms. */
  const ends = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
    const beganMs = time.clock.nowMs();
    const end: { atMs: number | null } = { atMs: null };
    const timed = work.finally(() => {
      end.atMs = time.clock.nowMs();
    });
    while (end.atMs === null && time.clock.nowMs() < beganMs + 20_000) await time.advance(100);
    if (end.atMs === null) throw new Error("still waiting after 20 s");
    return [await timed, end.atMs - beganMs];
  };
  return { store, time, routes, a, b, request, ends };
}

const lateBy = (dependency: string) => ({
  ok: false,
  error: { code: "deadline_exceeded", dependency, budgetMs: BUDGET_MS },
});
const followers = (id1: Id) =>
  [{ op: "assocRange", id1, atype: ASSOC.followedBy, after: null, limit: 9 }] as const;

it("ends reads at the deadline while the store of their leader hangs, or a follower does", async ({
  expect,
}) => {
  const { store, time, a, request, ends } = await hanging();
  store.holds = "planRows";
  const get = [{ op: "assocCount", id1: a, atype: ASSOC.blocks }] as const;
  expect(await ends(request().read(get, "leader"))).toEqual([lateBy("leader"), BUDGET_MS]);
  expect(await ends(request("hangs").read(get))).toEqual([lateBy("follower"), BUDGET_MS]);
  const union = { id1s: [a], atype: ASSOC.authored, after: null, limit: 5, counts: [] };
  expect(await ends(request("hangs").union(union))).toEqual([lateBy("follower"), BUDGET_MS]);
  expect(time.timers).toBe(0);
  store.goOn();
  expect(unwrap(await request().read(get, "leader"))).toEqual([{ op: "assocCount", count: 0 }]);
});

it.for(["planRows", "commit"] as const)(
  "ends a write at the deadline while its store hangs in %s, and tells what became of it by opId",
  async (holds, { expect }) => {
    const { store, a, b, request, ends } = await hanging();
    store.holds = holds;
    const write = () => request().write(shardOf(a), [followEdge(a, b, 1)], "op");
    expect(await ends(write())).toEqual([lateBy("leader"), BUDGET_MS]);
    // A retry waits behind the first attempt, no longer than its own deadline.
    expect(await ends(write())).toEqual([lateBy("leader"), BUDGET_MS]);
    store.goOn();
    expect(unwrap(await write())).toMatchObject({ replayed: true, results: [{ changed: true }] });
    const [read] = unwrap(await request().read(followers(b), "leader"));
    expect(read.assocs.map(({ id2 }) => id2)).toEqual([a]);
  },
);

it("blames no follower for a request that had no time left", async ({ expect }) => {
  const { time, routes, a, request, ends } = await hanging();
  const read = [{ op: "objGet", id: a }] as const;
  for (let n = 0; n < 5; n++) {
    const late = request("hangs");
    await time.advance(BUDGET_MS - 100);
    await ends(late.read(read));
  }
  expect(unwrap(await request().read(read))).toMatchObject([{ object: { id: a } }]);
  expect(routes.counters.desperate).toBe(0);
});
