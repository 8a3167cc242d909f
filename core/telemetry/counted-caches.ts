import type { IsolateLevels } from "../degradation/isolate-levels.ts";
import type { TalliedLayer } from "./cache-tally.ts";
import type { Counter } from "./region-counts.ts";
import type { TallyOutboxPorts } from "./tally-outbox.ts";

/** Not of feeds: `feed_asked` counts those as they are asked for. */
const COUNTED: Readonly<Partial<Record<TalliedLayer, readonly [asked: Counter, hits: Counter]>>> = {
  client: ["client_cache_asked", "client_cache_hits"],
  edge_pages: ["edge_pages_asked", "edge_pages_hits"],
  edge_media: ["edge_media_asked", "edge_media_hits"],
};

/** Counts for the region what is tallied of its outer caches; an answer that was stale is a hit there too. */
export const cacheCountsOf =
  (levels: Pick<IsolateLevels, "count">): TallyOutboxPorts["told"] =>
  (region, layer, { hits, stale, misses }) => {
    const names = COUNTED[layer];
    if (names === undefined) return;
    levels.count(region, names[0], hits + stale + misses);
    levels.count(region, names[1], hits + stale);
  };
