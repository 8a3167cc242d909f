import { counted } from "../../core/feed/cache/counted.ts";
import type { FeedCacheSink, FeedCacheTopology } from "../../core/feed/cache/port.ts";
import type { FeedCache } from "../../core/feed/cache/service.ts";
import { watchedPages } from "../../core/feed/cache/watched-pages.ts";
import { feedTopology } from "../../core/feed/cache/topology.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { TallyDelta } from "../../core/telemetry/cache-tally.ts";
import type { CacheStatsPorts } from "../../core/telemetry/collect-caches.ts";
import { systemClock } from "../../platform/clock.ts";
import { feedCacheInRedis } from "../../platform/feed-cache-redis.ts";
import { type FeedCacheBindings, feedCacheStubs } from "../../platform/feed-cache-stubs.ts";
import type { Topology } from "../../platform/topology.ts";
import { upstashRedis } from "../../platform/upstash.ts";
import { faultyFeedCache } from "./faulty-feed-cache.ts";
import type { FeedCacheConfig } from "./feed-cache-config.ts";

/** Where feeds are cached, for readers and for fan-out. */
export interface FeedCacheParts {
  readonly cache: FeedCache;
  readonly sink: FeedCacheSink;
  readonly topology: FeedCacheTopology;
  /** Who counts what it answers. */
  readonly held: CacheStatsPorts["feeds"];
}

interface Surroundings extends Pick<Topology, "regions" | "feedBuckets"> {
  /** Told of pages that no object counts. */
  readonly count: (region: Region, delta: TallyDelta) => void;
  /** Told of every page that an active reader asked for. */
  readonly told: (region: Region, isHit: boolean) => void;
}

/** null: nowhere. */
export function feedCacheIn(
  env: FeedCacheBindings,
  config: FeedCacheConfig,
  { regions, feedBuckets, count, told }: Surroundings,
): FeedCacheParts | null {
  const watched = (cache: FeedCache) => watchedPages(cache, systemClock, told);
  if (config.kind !== "upstash") {
    if (config.kind === "off") return null;
    const { cache, sink } = feedCacheStubs(env, { regions, feedBuckets });
    const held = { in: "buckets", buckets: feedBuckets.buckets } as const;
    return { cache: watched(cache), sink, topology: feedBuckets, held };
  }
  const { url, token, run } = config;
  const topology = feedTopology(LIMITS.feedRedisBuckets);
  const made = feedCacheInRedis({
    connect: (budgetMs) => upstashRedis({ url, token, budgetMs }),
    run,
    topology,
    clock: systemClock,
    newName: () => crypto.randomUUID(),
  });
  const parts = globalThis.BUILT_WITH_DRILLS ? faultyFeedCache(made, env) : made;
  return {
    sink: parts.sink,
    cache: watched(counted(parts.cache, systemClock, count)),
    topology,
    held: { in: "redis" },
  };
}
