import type { Region } from "../../core/regions/regions.ts";
import { drillsOf } from "../../platform/drilled-env.ts";
import { through } from "../../platform/faulty-call.ts";
import type { FeedCacheStubs } from "../../platform/feed-cache-stubs.ts";
import { answered } from "../../platform/object-call.ts";
import type { Failure } from "../../core/errors.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Result } from "../../core/result.ts";
import { within } from "../../platform/time-limit.ts";

/** The feed cache in Redis as the drills have it. Buckets that are objects are disturbed at their binding instead. */
export function faultyFeedCache({ cache, sink }: FeedCacheStubs, env: object): FeedCacheStubs {
  const drills = drillsOf(env);
  if (drills === null) return { cache, sink };
  const call = <T>(
    region: Region,
    operation: "read" | "write",
    ask: () => Promise<Result<T, Failure>>,
  ) =>
    answered("feed_cache", () =>
      through(drills, { dependency: "feed-cache", region, operation }, ask),
    );
  const read = <T>(region: Region, ask: () => Promise<Result<T, Failure>>) =>
    within(LIMITS.feedCacheBudgetMs, "feed_cache", call(region, "read", ask));
  return {
    cache: {
      page: (region, viewer, wish) => read(region, () => cache.page(region, viewer, wish)),
      newSince: (region, viewer, since, wrote) =>
        read(region, () => cache.newSince(region, viewer, since, wrote)),
      scores: (region, viewer, wrote) => read(region, () => cache.scores(region, viewer, wrote)),
      put: (region, viewer, record) =>
        call(region, "write", () => cache.put(region, viewer, record)),
      own: (region, write) => call(region, "write", () => cache.own(region, write)),
    },
    sink: {
      apply: (region, bucket, events) =>
        call(region, "write", () => sink.apply(region, bucket, events)),
    },
  };
}
