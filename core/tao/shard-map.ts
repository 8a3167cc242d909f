import { type Id, LOGICAL_SHARDS, shardOf } from "../ids.ts";
import type { Region } from "../regions/regions.ts";

/** Index of a physical shard: one leader, and one set of followers per region. */
export type PhysicalShard = number;

/** A contiguous range of logical shards and who leads it. */
export interface ShardEntry {
  readonly shard: PhysicalShard;
  /** First logical shard, and one past the last. */
  readonly from: number;
  readonly to: number;
  readonly leader: Region;
  readonly epoch: number;
  /** Unix ms until which the region may act as leader; 0 before its first lease. */
  readonly leaseUntilMs: number;
  /** Unix ms before which it may not: an earlier leader's lease may still run. */
  readonly notBeforeMs: number;
}

/** Ranges in order, without gaps. An id never changes; a split halves a range. */
export interface ShardMap {
  readonly revision: number;
  /** Whose coordinator may move shards, and until when (Unix ms); null before the first. */
  readonly coordinator: { readonly region: Region; readonly untilMs: number } | null;
  readonly entries: readonly ShardEntry[];
}

/**
 * `count` equal ranges, leaders dealt out by weight: each shard goes to the region
 * that is furthest below its share. Weights are ratios (44 : 22.7 : 33.3 and so on).
 *
 * @throws RangeError when no region may lead, which is a configuration bug.
 */
export function evenShardMap(count: number, weights: ReadonlyMap<Region, number>): ShardMap {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (count < 1 || count > LOGICAL_SHARDS || total <= 0)
    throw new RangeError("no shard can be led");

  const led = new Map<Region, number>();
  const entries = Array.from({ length: count }, (_, shard): ShardEntry => {
    let leader: Region | undefined;
    let deficitMax = Number.NEGATIVE_INFINITY;
    for (const [region, weight] of weights) {
      const deficit = ((shard + 1) * weight) / total - (led.get(region) ?? 0);
      if (weight > 0 && deficit > deficitMax) [leader, deficitMax] = [region, deficit];
    }
    if (leader === undefined) throw new RangeError("no shard can be led");
    led.set(leader, (led.get(leader) ?? 0) + 1);
    return {
      shard,
      from: Math.floor((shard * LOGICAL_SHARDS) / count),
      to: Math.floor(((shard + 1) * LOGICAL_SHARDS) / count),
      leader,
      epoch: 1,
      leaseUntilMs: 0,
      notBeforeMs: 0,
    };
  });
  return { revision: 1, coordinator: null, entries };
}

/** The entry that serves a logical shard: binary search over the ranges. */
export function entryOf(map: ShardMap, logical: number): ShardEntry {
  let low = 0;
  let high = map.entries.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((map.entries[middle]?.from ?? 0) <= logical) low = middle;
    else high = middle - 1;
  }
  const entry = map.entries[low];
  if (entry === undefined) throw new RangeError("empty shard map");
  return entry;
}

export const entryOfId = (map: ShardMap, id: Id): ShardEntry => entryOf(map, shardOf(id));
export const physicalShardOf = (map: ShardMap, id: Id): PhysicalShard => entryOfId(map, id).shard;
