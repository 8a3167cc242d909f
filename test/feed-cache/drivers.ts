import type { Clock } from "../../core/clock.ts";
import { encodeEvents } from "../../core/feed/cache/event-wire.ts";
import type { BucketEvent, FeedCacheSink, Pushed } from "../../core/feed/cache/port.ts";
import type { FeedCache } from "../../core/feed/cache/service.ts";
import { feedTopology } from "../../core/feed/cache/topology.ts";
import { LIMITS } from "../../core/limits.ts";
import { ok } from "../../core/result.ts";
import type { FeedCacheStubs } from "../../platform/feed-cache-stubs.ts";
import { feedCacheInRedis } from "../../platform/feed-cache-redis.ts";
import { upstashRedis } from "../../platform/upstash.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { MemoryFeedCache } from "../fakes/memory-feed-cache.ts";
import { TOKEN } from "../upstash/database.ts";

export const REGION = "us-east";
const START_MS = 1_800_000_000_000;

/** A region's feed cache on a clock that only a test moves, warm: it has remembered for long enough. */
export interface TestCache {
  readonly clock: ManualClock;
  readonly cache: FeedCache;
  readonly sink: FeedCacheSink;
  /** Whatever it has in memory is lost. */
  readonly evict: () => void;
}

export function memoryCache(): TestCache {
  const clock = new ManualClock(START_MS);
  const cache = new MemoryFeedCache(() => clock.nowMs());
  const sink: FeedCacheSink = {
    // As text, as it crosses to an object.
    apply: async (_region, _bucket, events) =>
      ok(cache.bucket.apply(encodeEvents(events), clock.nowMs())),
  };
  return { clock, cache, sink, evict: () => cache.evict() };
}

let runs = 0;
/** Keys of its own in that Redis, as another deployment has. */
export const newRun = (): string => `test-${process.pid}-${runs++}`;

/** For tests that are not about time: on a busy machine the product's budgets run out. */
const PATIENT_MS = 10_000;

/** Another one of the same run is another isolate. */
export function redisParts(
  url: string,
  clock: Clock,
  run = newRun(),
  isPatient = true,
): FeedCacheStubs {
  let names = 0;
  return feedCacheInRedis({
    connect: (budgetMs) =>
      upstashRedis({ url, token: TOKEN, budgetMs: isPatient ? () => PATIENT_MS : budgetMs }),
    run,
    topology: feedTopology(LIMITS.feedRedisBuckets),
    clock,
    newName: () => `${performance.now()}-${names++}`,
  });
}

export function redisCache(url: string, clock = new ManualClock(START_MS), run?: string) {
  // Each read begins with what Redis has.
  return { clock, ...redisParts(url, clock, run), evict: () => {} };
}

/** From its first event on it knows all; nothing is kept before that reaches back far enough. */
export const WARM_MS = LIMITS.followerTtlMs + LIMITS.feedRedisSkewMs;

export async function warm(made: TestCache): Promise<TestCache> {
  await tell(made, []);
  made.clock.advance(WARM_MS);
  return made;
}

/** Tells the viewer's bucket, which here is the only one. */
export async function tell({ sink }: TestCache, events: readonly BucketEvent[]): Promise<Pushed> {
  const told = await sink.apply(REGION, 0, events);
  if (!told.ok) throw new Error(`not told: ${JSON.stringify(told.error)}`);
  return told.value;
}
