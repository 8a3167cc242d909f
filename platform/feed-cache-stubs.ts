import { encodeEvents } from "../core/feed/cache/event-wire.ts";
import { feedBucketName } from "../core/feed/cache/names.ts";
import type { FeedCacheSink } from "../core/feed/cache/port.ts";
import type { FeedBucketService, FeedCache } from "../core/feed/cache/service.ts";
import type { Failure } from "../core/errors.ts";
import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";
import { within } from "./time-limit.ts";
import type { Topology } from "./topology.ts";

export interface FeedCacheBindings {
  readonly FEED_BUCKET: ObjectNamespace<FeedBucketService>;
}

export interface FeedCacheStubs {
  readonly cache: FeedCache;
  readonly sink: FeedCacheSink;
}

/** The feed cache as objects: one call to one bucket each. Readers do not wait long for it. */
export function feedCacheStubs(
  { FEED_BUCKET }: FeedCacheBindings,
  { regions, feedBuckets }: Pick<Topology, "regions" | "feedBuckets">,
): FeedCacheStubs {
  const hintOf = hintsOf(regions);
  const call = <T>(
    region: Region,
    bucket: number,
    ask: (stub: FeedBucketService) => Promise<Result<T, Failure>>,
  ) =>
    answered("feed_cache", () =>
      ask(FEED_BUCKET.getByName(feedBucketName(region, bucket), hintOf(region))),
    );
  const read = <T>(
    region: Region,
    viewer: Id,
    ask: (stub: FeedBucketService) => Promise<Result<T, Failure>>,
  ) =>
    within(LIMITS.feedCacheBudgetMs, "feed_cache", call(region, feedBuckets.bucketOf(viewer), ask));

  const apply: FeedCacheSink["apply"] = (region, bucket, events) =>
    call(region, bucket, (stub) => stub.apply(encodeEvents(events)));

  return {
    cache: {
      page: (region, viewer, wish) => read(region, viewer, (stub) => stub.page(viewer, wish)),
      newSince: (region, viewer, since, wrote) =>
        read(region, viewer, (stub) => stub.newSince(viewer, since, wrote)),
      scores: (region, viewer, wrote) => read(region, viewer, (stub) => stub.scores(viewer, wrote)),
      put: (region, viewer, record) =>
        call(region, feedBuckets.bucketOf(viewer), (stub) => stub.put(record)),
      own: (region, write) =>
        apply(region, feedBuckets.bucketOf(write.viewer), [{ kind: "own", ...write }]),
    },
    sink: { apply },
  };
}
