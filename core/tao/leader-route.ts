import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import { err, type Result } from "../result.ts";
import type { MapCache } from "./map-cache.ts";
import type { LeaderService } from "./service.ts";
import type { PhysicalShard } from "./shard-map.ts";

/** A leader wherever it is; only who hands a shard over asks one object to let go. */
export type RoutedLeader = Omit<LeaderService, "release">;

export interface RoutePorts {
  readonly cache: MapCache;
  /** The shard's leader object of one region. Calls answer failures, they do not reject. */
  readonly leaderIn: (shard: PhysicalShard, region: Region) => RoutedLeader;
}

/** Leaders that one call may be sent on to: a hand-over is one, and it may cross another. */
const HOPS_MAX = 2;

/** The leader of `shard` behind whatever the cache knows: follows `moved`, which no caller ever sees. */
export function routedLeader(shard: PhysicalShard, ports: RoutePorts): RoutedLeader {
  const call = <T>(run: (leader: RoutedLeader) => Promise<Result<T, Failure>>) =>
    follow(shard, ports, run);
  return {
    write: (request) => call((leader) => leader.write(request)),
    read: (request) => call((leader) => leader.read(request)),
    fill: (follower, request) => call((leader) => leader.fill(follower, request)),
    pull: (follower, after) => call((leader) => leader.pull(follower, after)),
    applyInverses: (from, inverses) => call((leader) => leader.applyInverses(from, inverses)),
    sweep: () => call((leader) => leader.sweep()),
  };
}

async function follow<T>(
  shard: PhysicalShard,
  { cache, leaderIn }: RoutePorts,
  run: (leader: RoutedLeader) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  for (let hops = 0; ; hops++) {
    const asked = cache.entry(shard);
    const answer = await run(leaderIn(shard, asked.leader));
    if (answer.ok) return answer;
    const failure = answer.error;
    if (failure.code === "moved") {
      const isNews = failure.entry !== null && cache.learn(failure.entry);
      // It knows no more than we do: the register may.
      if (!isNews) await cache.refresh();
      if (hops < HOPS_MAX && cache.entry(shard).leader !== asked.leader) continue;
      return moving;
    }
    // It may have acted all the same: whoever may try again finds the newer entry then.
    if (failure.code === "unavailable") await cache.refresh();
    return answer;
  }
}

const moving = err({
  code: "unavailable",
  dependency: "leader",
  retryAfterMs: LIMITS.overloadRetryMs,
} as const);
