import type { Clock } from "../../clock.ts";
import type { Region } from "../../regions/regions.ts";
import { ActiveReaders } from "./active-readers.ts";
import type { FeedCache, Miss } from "./service.ts";

/**
 * Tells of every page that an active reader asks for, for the region's level, down to where entries
 * end: below there is none by design, and one reader who scrolls far would speak for all. A cache that is away
 * counts as a miss: to its readers it is one. Where the cache does not say who is active, each isolate
 * knows those who read through it, and whoever has, or just had, an entry.
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
      else if (answer.value.why !== "below" && isActive(answer.value, wasHere)) told(region, false);
      return answer;
    },
  };
}
