import { z } from "zod";

import type { FeedCacheTopology } from "../core/feed/cache/port.ts";
import { feedTopology } from "../core/feed/cache/topology.ts";
import { LIMITS } from "../core/limits.ts";
import { DEFAULT_REGIONS, type RegionRow } from "../core/regions/regions.ts";
import { evenShardMap, type ShardMap } from "../core/tao/shard-map.ts";

/** The variables that say which regions and shards exist. Every Worker must get the same ones. */
export interface TopologyVars {
  /** Physical shards, 1 to 4096. Changing it moves data: see docs/deploy.md. */
  readonly SHARDS?: string;
  /** Buckets of the feed cache in each region. Changing it only makes readers miss once. */
  readonly FEED_BUCKETS?: string;
  /** JSON array of `RegionRow`; absent means the four of the specification. */
  readonly REGIONS?: string;
}

/** Where the graph is. */
export interface GraphTopology {
  readonly regions: readonly RegionRow[];
  readonly map: ShardMap;
}

export interface Topology extends GraphTopology {
  readonly feedBuckets: FeedCacheTopology;
}

const regionsSchema = z
  .array(
    z.object({
      region: z.string().regex(/^[a-z0-9-]{2,20}$/),
      hint: z.string().regex(/^[a-z-]{2,20}$/),
      leaderWeight: z.number().min(0),
      continents: z.array(z.string().length(2)),
      weight: z.number().min(0).max(1).optional(),
      at: z
        .object({
          latitude: z.number().min(-90).max(90),
          longitude: z.number().min(-180).max(180),
        })
        .optional(),
    }),
  )
  .min(1)
  .max(16);
/** `REGIONS` as a variable holds it; the gateway reads it too. */
export const regionsVar = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "is not JSON" });
      return z.NEVER;
    }
  })
  .pipe(regionsSchema);
const varsSchema = z.object({
  SHARDS: z.coerce.number().int().min(1).max(4_096).default(16),
  FEED_BUCKETS: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.feedBucketsMax)
    .default(LIMITS.feedBuckets),
  REGIONS: regionsVar.optional(),
});

/** @throws ZodError, which names the variable. */
export function topologyFrom(vars: TopologyVars): Topology {
  const { SHARDS, FEED_BUCKETS, REGIONS } = varsSchema.parse(vars);
  const regions = REGIONS ?? DEFAULT_REGIONS;
  const weights = new Map(regions.map((row) => [row.region, row.leaderWeight]));
  return { regions, map: evenShardMap(SHARDS, weights), feedBuckets: feedTopology(FEED_BUCKETS) };
}
