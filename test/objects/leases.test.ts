import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";

import { moveLeader } from "../../core/regions/coordinator-plan.ts";
import { LIMITS } from "../../core/limits.ts";
import { logicalShard } from "../../core/ids.ts";
import { coordinatorName, leaderName } from "../../core/tao/names.ts";
import { OBJECT } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { ShardLeader } from "../../durable-objects/shard-leader.ts";
import { r2MapRegister } from "../../platform/map-register.ts";
import { topologyFrom } from "../../platform/topology.ts";
import { userData } from "./graph-driver.ts";

const { map } = topologyFrom(env);
const entryOf = (shard: number) => {
  const entry = map.entries[shard];
  if (entry === undefined) throw new Error("two shards are needed");
  return entry;
};
const [home, other] = [entryOf(0), entryOf(1)];
const REGION = home.leader;
const ELSEWHERE = "apac";
const register = r2MapRegister(env.REGISTER);
const add: Write = {
  op: "objAdd",
  otype: OBJECT.user,
  shard: logicalShard(home.from),
  data: userData("someone"),
};

const leaderIn = (region: string) => env.LEADER.getByName(leaderName(home.shard, region));
const coordinatorIn = (region: string) => env.COORDINATOR.getByName(coordinatorName(region));
const write = (opId: string, region = REGION) => leaderIn(region).write({ writes: [add], opId });

/** Another region leads from now on, and no coordinator remembers that it was otherwise. */
async function moveElsewhere() {
  const found = await register.read();
  if (found === null) throw new Error("there is no map yet");
  const moved = moveLeader(found.map, home.shard, ELSEWHERE);
  if ((await register.put(moved, found.tag)) === null) throw new Error("the map changed meanwhile");
  await evictDurableObject(coordinatorIn(REGION));
}

/** The leader of the home region with a clock of the test's, which starts as the system's. */
const withLeader = (body: (leader: ShardLeader, advance: (ms: number) => void) => Promise<void>) =>
  runInDurableObject(leaderIn(REGION), async (_, state) => {
    let aheadMs = 0;
    const leader = new ShardLeader(state, env, { nowMs: () => Date.now() + aheadMs });
    await body(leader, (ms) => {
      aheadMs += ms;
    });
  });

beforeEach(async () => {
  await env.REGISTER.delete("shard-map.json");
  for (const { region } of topologyFrom(env).regions) {
    await evictDurableObject(coordinatorIn(region)).catch(() => null);
    await evictDurableObject(leaderIn(region)).catch(() => null);
  }
});

describe("a leader object", () => {
  it("leads once the register says so, and says of other regions who does", async ({ expect }) => {
    const beforeMs = Date.now();
    expect(await write("first")).toMatchObject({ ok: true });
    const entry = (await register.read())?.map.entries[home.shard];
    expect(entry).toMatchObject({ leader: REGION, epoch: 1 });
    expect(entry?.leaseUntilMs).toBeGreaterThanOrEqual(beforeMs + LIMITS.leaseMs);
    expect(await write("elsewhere", ELSEWHERE)).toEqual({
      ok: false,
      error: { code: "moved", shard: home.shard, entry },
    });
  });

  it("acts no longer than its lease, and again once it has another", async ({ expect }) => {
    await withLeader(async (leader, advance) => {
      const request = { writes: [add], opId: "in time" };
      expect(await leader.write(request)).toMatchObject({ ok: true });
      advance(LIMITS.leaseMs - LIMITS.clockSkewMaxMs);
      // Its clock is ahead of its coordinator's by more than any lease is long.
      expect(await leader.write({ ...request, opId: "late" })).toMatchObject({
        ok: false,
        error: { code: "unavailable" },
      });
      advance(-LIMITS.leaseMs);
      expect(await leader.write({ ...request, opId: "again" })).toMatchObject({ ok: true });
    });
  });

  it("that is deposed acts to the end of its lease, and then neither commits nor answers", async ({
    expect,
  }) => {
    await withLeader(async (leader, advance) => {
      const read = () => leader.read({ reads: [], atLeast: null });
      expect(await leader.write({ writes: [add], opId: "first" })).toMatchObject({ ok: true });
      const before = await read();
      await moveElsewhere();
      expect(await read()).toEqual(before);
      advance(LIMITS.leaseMs);
      const moved = {
        ok: false,
        error: { code: "moved", entry: { leader: ELSEWHERE, epoch: 2 } },
      };
      expect(await leader.write({ writes: [add], opId: "late" })).toMatchObject(moved);
      expect(await read()).toMatchObject(moved);
      expect(await leader.fill("f", { objects: [], lists: [], points: [] })).toMatchObject(moved);
      expect(await leader.pull("f", { epoch: 1, seq: 0 })).toMatchObject(moved);
      expect(await leader.applyInverses(other.shard, [])).toMatchObject(moved);
    });
  });

  it("elsewhere waits until the lease before its own is over", async ({ expect }) => {
    expect(await write("first")).toMatchObject({ ok: true });
    await moveElsewhere();
    expect(await write("too early", ELSEWHERE)).toMatchObject({
      error: { code: "unavailable", dependency: "leader" },
    });
    const lease = await coordinatorIn(ELSEWHERE).lease(home.shard);
    if (!lease.ok) throw new Error(lease.error.code);
    expect(lease.value.epoch).toBe(2);
    expect(lease.value.fromMs).toBeGreaterThan(Date.now() + LIMITS.leaseMs / 2);
  });

  it("finishes nothing when its region's coordinator is asked to release what is not over", async ({
    expect,
  }) => {
    expect(await write("first")).toMatchObject({ ok: true });
    expect(await coordinatorIn(REGION).release(home.shard, 1)).toMatchObject({
      error: { code: "conflict" },
    });
    expect(await write("second")).toMatchObject({ ok: true });
    await moveElsewhere();
    expect(await coordinatorIn(REGION).release(home.shard, 1)).toEqual({ ok: true, value: null });
    expect(await write("third")).toMatchObject({ error: { code: "moved" } });
  });
});

describe("the register", () => {
  it("changes only for who has seen what is there", async ({ expect }) => {
    expect(await register.read()).toBeNull();
    const first = await register.put(map, null);
    expect(first).not.toBeNull();
    expect(await register.put(map, null)).toBeNull();
    expect(await register.read()).toEqual({ map, tag: first });
    const next = { ...map, revision: 2 };
    const second = await register.put(next, first);
    expect(second).not.toBeNull();
    expect(await register.put({ ...map, revision: 3 }, first)).toBeNull();
    expect(await register.read()).toEqual({ map: next, tag: second });
  });

  it("refuses to read what no coordinator wrote", async ({ expect }) => {
    for (const text of ["", "{}", JSON.stringify({ ...map, revision: -1 })]) {
      await env.REGISTER.put("shard-map.json", text);
      await expect(register.read()).rejects.toThrow();
    }
    expect(await write("unled")).toMatchObject({
      error: { code: "unavailable", dependency: "coordinator" },
    });
  });

  it("hands no shard over whose leader keeps it to itself", async ({ expect }) => {
    await write("first");
    const before = await register.read();
    expect(await coordinatorIn(REGION).handOver(home.shard, ELSEWHERE)).toMatchObject({
      error: { code: "conflict" },
    });
    expect(await register.read()).toEqual(before);
  });
});
