import type { Clock } from "../../clock.ts";
import type { Region } from "../../regions/regions.ts";
import { ActiveReaders } from "./active-readers.ts";
import type { FeedCache, Miss, PageWish } from "./service.ts";

const isFirst = ({ after, segment }: PageWish): boolean => after === null && segment === null;

/**
 * Tells of every page that an active reader asks for, for the region's level, but of no later page that was
 * missed: only first pages build entries, so that one reader who scrolls far would speak for all. Nor of an entry
 * that is there in another order than is asked for now: when a level ends that had feeds by time, everybody's is,
 * and counting those would begin it anew. A cache that is away counts as a miss: to its readers it is one. Where
 * the cache does not say who is active, each isolate knows those who read through it, and whoever has, or just
 * had, an entry.
 */
export function watchedPages(
  cache: FeedCache,
  clock: Clock,
  told: (region: Region, isHit: boolean) => void,
): FeedCache {
  const readers = new ActiveReaders();
  const isActive = ({ why, wasActive }: Miss, wasHere: boolean) =>
    wasActive ?? (wasHere || why !== "cold");
  return {
    ...cache,
    page: async (region, viewer, wish) => {
      const wasHere = readers.read(viewer, clock.nowMs());
      const answer = await cache.page(region, viewer, wish);
      if (!answer.ok || answer.value.hit) told(region, answer.ok);
      else if (isFirst(wish) && answer.value.why !== "unscored" && isActive(answer.value, wasHere))
        told(region, false);
      return answer;
    },
  };
}
