import type { Clock } from "../../clock.ts";
import type { Region } from "../../regions/regions.ts";
import { NO_DELTA, type TallyDelta } from "../../telemetry/cache-tally.ts";
import { ActiveReaders } from "./active-readers.ts";
import type { CachedPage, FeedCache, Miss } from "./service.ts";

/**
 * Counts the pages of active readers where no object does: each isolate knows only those who read through
 * it, and whoever has, or just had, an entry. A reader whom it has not seen, and whose entry is long gone,
 * counts as one who has just come.
 */
export function counted(
  cache: FeedCache,
  clock: Clock,
  count: (region: Region, delta: TallyDelta) => void,
): FeedCache {
  const readers = new ActiveReaders();
  return {
    page: async (region, viewer, wish) => {
      const wasHere = readers.read(viewer, clock.nowMs());
      const answer = await cache.page(region, viewer, wish);
      if (answer.ok && (wasHere || answer.value.hit || answer.value.why !== "cold"))
        count(region, deltaOf(answer.value));
      return answer;
    },
    newSince: (region, viewer, since, wrote) => cache.newSince(region, viewer, since, wrote),
    scores: (region, viewer, wrote) => cache.scores(region, viewer, wrote),
    put: (region, viewer, record) => cache.put(region, viewer, record),
    own: (region, write) => cache.own(region, write),
  };
}

const deltaOf = (answer: CachedPage | Miss): TallyDelta =>
  answer.hit
    ? { ...NO_DELTA, hits: 1, bytes: answer.items.length, ageMsSum: answer.ageMs }
    : { ...NO_DELTA, misses: 1 };
