import { feedBucketName } from "../core/feed/cache/names.ts";
import type { Dependency, Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import { ok, type Result } from "../core/result.ts";
import { followerName, leaderName } from "../core/tao/names.ts";
import { cacheTallyName, type CacheTallyService } from "../core/telemetry/cache-tally.ts";
import type { CacheStatsPorts } from "../core/telemetry/collect-caches.ts";
import type { FeedCacheBindings } from "./feed-cache-stubs.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";
import type { GraphBindings } from "./object-stubs.ts";
import { within } from "./time-limit.ts";
import type { Topology } from "./topology.ts";

export interface CacheTallyBindings {
  readonly CACHE_TALLY: ObjectNamespace<CacheTallyService>;
}
type Bindings = CacheTallyBindings & FeedCacheBindings & GraphBindings;

/** The counters of every object that caches. Asking one that sleeps wakes it up: it has counted nothing. */
export function cacheStatsStubs(
  bindings: Bindings,
  { regions }: Pick<Topology, "regions">,
): Pick<CacheStatsPorts, "tally" | "bucket" | "follower" | "leader"> {
  const hintOf = hintsOf(regions);
  const asked = <T>(dependency: Dependency, ask: () => Promise<T>): Promise<Result<T, Failure>> =>
    within(
      LIMITS.statsAnswerMs,
      dependency,
      answered(dependency, async () => ok(await ask())),
    );
  return {
    tally: (region) =>
      asked("feed", () =>
        bindings.CACHE_TALLY.getByName(cacheTallyName(region), hintOf(region)).read(),
      ),
    bucket: (region, bucket) =>
      asked("feed_cache", () =>
        bindings.FEED_BUCKET.getByName(feedBucketName(region, bucket), hintOf(region)).stats(),
      ),
    follower: (shard, region, replica) =>
      asked("follower", () =>
        bindings.FOLLOWER.getByName(followerName(shard, region, replica), hintOf(region)).stats(),
      ),
    leader: (shard, region) =>
      asked("leader", () =>
        bindings.LEADER.getByName(leaderName(shard, region), hintOf(region)).stats(),
      ),
  };
}

/** The gateway's way to the tally of a region. @throws when it cannot be reached. */
export const cacheTallyStubs =
  ({ CACHE_TALLY }: CacheTallyBindings, regions: Topology["regions"]) =>
  (region: Region): Pick<CacheTallyService, "add"> =>
    CACHE_TALLY.getByName(cacheTallyName(region), hintsOf(regions)(region));
