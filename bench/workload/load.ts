import { setTimeout as delay } from "node:timers/promises";

import { followEdge, postWrites, userWrites } from "../../core/feed/writes.ts";
import { type Id, logicalShard, LOGICAL_SHARDS, shardOf } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";
import type { OperatorApi } from "../../dev/operator/api.ts";
import { type Unit, writeUnits } from "../../dev/operator/batches.ts";
import { hash } from "../../dev/world/random.ts";
import { BOUNDS } from "../bounds.ts";
import type { Workload } from "./workload.ts";

/** Long before the first post; the load's own edges carry it. */
const JOINED_MS = Date.UTC(2025, 9, 1);

/**
 * Writes the workload into a running product, and waits until every user has all
 * followers: inverse edges arrive after the write that they belong to.
 *
 * @param avatarOf key of the user's picture.
 * @returns the id of each user.
 * @throws OperatorError, or Error when followers do not arrive in time.
 */
export async function loadWorkload(
  api: OperatorApi,
  map: ShardMap,
  workload: Workload,
  avatarOf: (user: number) => string | null = () => null,
): Promise<readonly Id[]> {
  const { seed } = workload.spec;
  const users = workload.follows.map((_, user): Unit => {
    const home = logicalShard(hash(seed, "shard", user) % LOGICAL_SHARDS);
    const fields = { handle: handleOf(user), name: `User Number ${user}`, bio: "" };
    return {
      home,
      writes: () => userWrites(home, { ...fields, avatar: avatarOf(user), createdAtMs: JOINED_MS }),
    };
  });
  const ids = await writeUnits(api, map, users, "bench:users");

  const posts = workload.posts.map(({ author, timeMs, text, media = [] }): Unit => {
    const fields = { author: idAt(ids, author), text, audience: "public", media } as const;
    return {
      home: shardOf(fields.author),
      writes: (place) => postWrites({ ...fields, createdAtMs: timeMs }, place),
    };
  });
  await writeUnits(api, map, posts, "bench:posts");

  const follows = workload.follows.flatMap((followed, user) =>
    followed.map((other, index): Unit => {
      const edge = followEdge(idAt(ids, user), idAt(ids, other), JOINED_MS + index);
      return { home: shardOf(idAt(ids, user)), writes: () => [edge] };
    }),
  );
  await writeUnits(api, map, follows, "bench:follows");
  await settled(api, ids, workload);
  return ids;
}

export const handleOf = (user: number): string => `user${user}`;

/** @throws RangeError for a user that the workload does not have, which is a bug. */
export function idAt(ids: readonly Id[], user: number): Id {
  const id = ids[user];
  if (id === undefined) throw new RangeError(`no user ${user}`);
  return id;
}

async function settled(api: OperatorApi, ids: readonly Id[], workload: Workload): Promise<void> {
  const expected = ids.map(() => 0);
  for (const followed of workload.follows) {
    for (const user of followed) expected[user] = (expected[user] ?? 0) + 1;
  }
  const reads = ids.map((id1) => ({ op: "assocCount", id1, atype: ASSOC.followedBy }) as const);
  for (let second = 0; second < BOUNDS.settleSecondsMax; second++) {
    const counts = await api.read(reads, "leader");
    const missing = counts.filter(
      (answer, user) => answer.op !== "assocCount" || answer.count !== expected[user],
    );
    if (missing.length === 0) return;
    await delay(1_000);
  }
  throw new Error("The product did not deliver every follower in time.");
}
