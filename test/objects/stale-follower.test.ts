import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";

import { moveLeader } from "../../core/regions/coordinator-plan.ts";
import { LIMITS } from "../../core/limits.ts";
import { coordinatorName, leaderName } from "../../core/tao/names.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { decodeUnionResponse, encodeUnionRequest } from "../../core/tao/union.ts";
import { ShardFollower } from "../../durable-objects/shard-follower.ts";
import { r2MapRegister } from "../../platform/map-register.ts";
import { topologyFrom } from "../../platform/topology.ts";
import { followerOf, leaderOf, newUsers, readLeader, write } from "./graph-driver.ts";

const register = r2MapRegister(env.REGISTER);
const { map, regions } = topologyFrom(env);
const HOME = map.entries[0]?.leader ?? "";
const ELSEWHERE = "apac";

/** Between two leases nobody leads: the old leader is deposed, the new one still waits. */
async function loseLeader() {
  const found = await register.read();
  if (found === null) throw new Error("there is no map yet");
  await register.put(moveLeader(found.map, 0, ELSEWHERE), found.tag);
  await evictDurableObject(env.COORDINATOR.getByName(coordinatorName(HOME)));
  await evictDurableObject(leaderOf(0));
}

/** A user of the first shard that the follower has in memory. */
async function cachedUser() {
  const [user] = await newUsers(1);
  if (user === undefined) throw new Error("no user");
  const reads = [{ op: "objGet", id: user.id } as const];
  const first = await followerOf(0).read({ reads, atLeast: null });
  if (!first.ok) throw new Error(first.error.code);
  return { id: user.id, reads, at: first.value.at };
}

beforeEach(async () => {
  await env.REGISTER.delete("shard-map.json");
  const names = regions.map(({ region }) => region);
  const objects = [
    ...names.map((region) => env.COORDINATOR.getByName(coordinatorName(region))),
    ...names.map((region) => env.LEADER.getByName(leaderName(0, region))),
    followerOf(0),
  ];
  for (const object of objects) await evictDurableObject(object).catch(() => null);
});

describe("a follower object whose leader is away", () => {
  it("serves what it has past its bound, marked with its age, and refuses the rest", async ({
    expect,
  }) => {
    const { id, reads } = await cachedUser();
    const [cold] = await newUsers(1);
    await runInDurableObject(followerOf(0), async (_, state) => {
      let aheadMs = 0;
      const follower = new ShardFollower(state, env, { nowMs: () => Date.now() + aheadMs });
      const read = () => follower.read({ reads, atLeast: null });
      const fresh = await read();
      expect(fresh).toMatchObject({ ok: true, value: { results: [{ object: { id } }] } });
      await loseLeader();
      expect(await read(), "within the bound").toEqual(fresh);

      aheadMs = LIMITS.followerTtlMs;
      const stale = await read();
      if (!stale.ok) throw new Error(stale.error.code);
      expect(stale.value).toMatchObject({ results: [{ object: { id } }] });
      expect(stale.value.staleMs).toBeGreaterThanOrEqual(LIMITS.followerTtlMs);
      const miss = [{ op: "objGet", id: cold?.id ?? id } as const];
      expect(await follower.read({ reads: miss, atLeast: null, allowStale: true })).toMatchObject({
        error: { code: "unavailable" },
      });
      aheadMs = LIMITS.staleServeMsMax;
      expect(await read()).toMatchObject({ ok: false, error: { code: "unavailable" } });
    });
  });

  it("keeps a ticket holder waiting, or marks what it has, over real calls", async ({ expect }) => {
    const { id, reads, at } = await cachedUser();
    const union = { id1s: [id], atype: ASSOC.mutes, after: null, limit: 5, counts: [] };
    const ask = (allowStale: boolean) =>
      followerOf(0).union(
        encodeUnionRequest({ ...union, atLeast: { ...at, seq: at.seq + 1 }, allowStale }),
      );
    expect(await ask(false), "its leader knows that there is no more").toMatchObject({ ok: true });
    await loseLeader();
    expect(await ask(false)).toMatchObject({
      ok: false,
      error: { code: "unavailable", dependency: "leader", retryAfterMs: expect.any(Number) },
    });
    const marked = await ask(true);
    if (!marked.ok) throw new Error(marked.error.code);
    expect(decodeUnionResponse(marked.value).staleMs).not.toBeNull();
    expect(await followerOf(0).read({ reads, atLeast: at }), "a ticket that it can").toMatchObject({
      ok: true,
    });
    expect(await followerOf(0).stats()).toMatchObject({ stale: 1 });
  });

  it("waits for a leader that hangs no longer than its bound", async ({ expect }) => {
    const { reads, at } = await cachedUser();
    await runInDurableObject(followerOf(0), async (_, state) => {
      const hangs = () => new Promise<never>(() => {});
      let leader: object = leaderOf(0);
      const LEADER = { getByName: () => leader } as unknown as typeof env.LEADER;
      const follower = new ShardFollower(state, { ...env, LEADER });
      expect(await follower.read({ reads, atLeast: null })).toMatchObject({ ok: true });
      leader = { pull: hangs, fill: hangs, read: hangs };
      vi.useFakeTimers();
      try {
        const newer = { ...at, seq: at.seq + 100 };
        const answer = follower.read({ reads, atLeast: newer, allowStale: true });
        await vi.advanceTimersByTimeAsync(LIMITS.leaderAnswerMs);
        expect(await answer).toMatchObject({ ok: true, value: { staleMs: expect.any(Number) } });
      } finally {
        vi.useRealTimers();
      }
    });
  });

  it("catches up by itself with a leader that came back", async ({ expect }) => {
    const { id, reads } = await cachedUser();
    await evictDurableObject(leaderOf(0));
    await write(0, [{ op: "objUpdate", id, patch: '{"name":"renamed"}' }]);
    const { at } = await readLeader(0, []);
    expect(await followerOf(0).read({ reads, atLeast: at })).toMatchObject({
      ok: true,
      value: { results: [{ object: { data: expect.stringContaining("renamed") } }] },
    });
  });
});
