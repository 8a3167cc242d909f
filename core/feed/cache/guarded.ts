import { LIMITS } from "../../limits.ts";
import type { Region } from "../../regions/regions.ts";
import type { CallGuard } from "../../resilience/call-guard.ts";
import type { Priority } from "../../resilience/priority.ts";
import type { Id } from "../../ids.ts";
import type { FeedCache } from "./service.ts";

/**
 * The cache as an isolate asks it: no more at once than a bucket has places for, and less while it
 * refuses. A page that it is not asked for is built from the graph, within the limit of builds.
 *
 * @param bucketOf what holds a viewer's entry: each is well or not by itself.
 */
export function guardedCache(
  cache: FeedCache,
  guard: Pick<CallGuard, "attempt">,
  bucketOf: (viewer: Id) => number,
  priority: Priority,
): FeedCache {
  const about = (region: Region, viewer: Id, as: Priority) => ({
    dependency: `feed cache ${region} ${bucketOf(viewer)}`,
    priority: as,
    max: LIMITS.feedCacheCallsMax,
    region,
  });
  return {
    page: (region, viewer, wish) =>
      guard.attempt(about(region, viewer, priority), () => cache.page(region, viewer, wish)),
    newSince: (region, viewer, since, wrote) =>
      guard.attempt(about(region, viewer, priority), () =>
        cache.newSince(region, viewer, since, wrote),
      ),
    scores: (region, viewer, wrote) =>
      guard.attempt(about(region, viewer, priority), () => cache.scores(region, viewer, wrote)),
    // Nobody waits for it, and the next reader is spared a build.
    put: (region, viewer, record) =>
      guard.attempt(about(region, viewer, "warming"), () => cache.put(region, viewer, record)),
    // What is not told would be shown wrongly: as important as the write that it is of.
    own: (region, write) =>
      guard.attempt(about(region, write.viewer, "write"), () => cache.own(region, write)),
  };
}
