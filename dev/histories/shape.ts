import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { shardMapOf } from "../operator/connect.ts";

export const SHARDS = 16;
export const REPLICAS = 2;
export const MAP = shardMapOf(SHARDS);
export const REGIONS = DEFAULT_REGIONS.map(({ region }) => region);
/** The followers of each shard. */
export const FOLLOWERS = REGIONS.flatMap((region) =>
  Array.from({ length: REPLICAS }, (_, replica) => ({ region, replica })),
);
