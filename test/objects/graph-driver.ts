import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

import { type Id, LOGICAL_SHARDS, logicalShard, shardOf } from "../../core/ids.ts";
import { followerName, leaderName } from "../../core/tao/names.ts";
import { OBJECT } from "../../core/tao/registry.ts";
import type { Read, Write, WriteResult } from "../../core/tao/types.ts";
import { topologyFrom } from "../../platform/topology.ts";

const { map } = topologyFrom(env);
export const SHARDS = map.entries.length;
export const shardIndex = (id: Id): number => Math.floor((shardOf(id) * SHARDS) / LOGICAL_SHARDS);

export const leaderOf = (shard: number) =>
  env.LEADER.getByName(leaderName(shard, map.entries[shard]?.leader ?? ""));
export const followerOf = (shard: number, region = "eu-west") =>
  env.FOLLOWER.getByName(followerName(shard, region, 0));

export const userData = (name: string) =>
  JSON.stringify({ handle: "someone", name, bio: "", avatar: null, createdAtMs: 1 });

/** `count` new users on each shard. */
export async function newUsers(count: number): Promise<WriteResult[]> {
  const users: WriteResult[] = [];
  for (let shard = 0; shard < SHARDS; shard++) {
    const writes = Array.from({ length: count }, (_, n): Write => {
      const logical = logicalShard((shard * LOGICAL_SHARDS) / SHARDS + n);
      return { op: "objAdd", otype: OBJECT.user, shard: logical, data: userData(`user ${n}`) };
    });
    const added = await leaderOf(shard).write({ opId: null, writes });
    if (!added.ok) throw new Error(added.error.code);
    users.push(...added.value.results);
  }
  return users;
}

export const write = (shard: number, writes: readonly Write[], opId: string | null = null) =>
  leaderOf(shard).write({ opId, writes });

/** Waits until every inverse edge has arrived. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const backlogs = await Promise.all(map.entries.map(({ shard }) => leaderOf(shard).sweep()));
    if (backlogs.every((backlog) => backlog.ok && backlog.value.intents === 0)) return;
    // A leader gathers its groups by a timer, which has its turn when no message is on its way.
    await scheduler.wait(0);
  }
  throw new Error("inverse edges never arrive");
}

export async function readLeader(shard: number, reads: readonly Read[]) {
  const answer = await leaderOf(shard).read({ reads, atLeast: null });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

/** From a follower, with a ticket that names everything the leader has. */
export async function readFollower(shard: number, reads: readonly Read[], region = "eu-west") {
  const { at } = await readLeader(shard, []);
  const answer = await followerOf(shard, region).read({ reads, atLeast: at });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

export async function evictAll(): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) {
    // Only an object that runs can be evicted.
    await Promise.all([readLeader(shard, []), followerOf(shard).stats()]);
    await evictDurableObject(leaderOf(shard));
    await evictDurableObject(followerOf(shard));
  }
}
