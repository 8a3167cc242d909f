import { LIMITS } from "../limits.ts";
import type { Lease } from "../tao/lease.ts";
import type { PhysicalShard, ShardEntry, ShardMap } from "../tao/shard-map.ts";
import type { Region } from "./regions.ts";

/** What the register promises the leader of this entry. */
export const leaseOf = ({ epoch, notBeforeMs, leaseUntilMs }: ShardEntry): Lease => ({
  epoch,
  fromMs: notBeforeMs,
  untilMs: leaseUntilMs,
});

/** Is enough left of this lease that its region need not write to the register? */
export const isFresh = (entry: ShardEntry, nowMs: number): boolean =>
  entry.leaseUntilMs - nowMs > LIMITS.leaseMs - LIMITS.leaseRenewMs;

/**
 * The leases of everything that `region` leads, extended at once: one write to the register
 * however many shards there are. Never shorter than before: a leader may count on what it got.
 */
export function extendLeases(map: ShardMap, region: Region, nowMs: number): ShardMap {
  const untilMs = nowMs + LIMITS.leaseMs;
  return {
    ...(mayCoordinate(map, region, nowMs) ? coordinate(map, region, nowMs) : map),
    revision: map.revision + 1,
    entries: map.entries.map((entry) =>
      entry.leader === region
        ? { ...entry, leaseUntilMs: Math.max(entry.leaseUntilMs, untilMs) }
        : entry,
    ),
  };
}

/** The coordinating lease is free, its own, or over even by the slowest clock. */
export function mayCoordinate({ coordinator }: ShardMap, region: Region, nowMs: number): boolean {
  if (coordinator === null || coordinator.region === region) return true;
  return coordinator.untilMs + LIMITS.clockSkewMaxMs <= nowMs;
}

/** Takes or keeps the coordinating lease. Ask `mayCoordinate` first. */
export function coordinate(map: ShardMap, region: Region, nowMs: number): ShardMap {
  return { ...map, coordinator: { region, untilMs: nowMs + LIMITS.leaseMs } };
}

/**
 * Another region leads the shard, in the next epoch: not before every lease that was granted
 * before is over, that of a leader which never got to act included.
 */
export function moveLeader(map: ShardMap, shard: PhysicalShard, to: Region): ShardMap {
  return withEntry(map, shard, (entry) => ({
    ...entry,
    leader: to,
    epoch: entry.epoch + 1,
    leaseUntilMs: 0,
    notBeforeMs: Math.max(entry.notBeforeMs, entry.leaseUntilMs + LIMITS.clockSkewMaxMs),
  }));
}

/**
 * The leader of `before` has let go, so that its lease need not be waited out; one that was
 * waited for before it still has to be. Changes nothing once the shard has moved on.
 */
export function endWait(map: ShardMap, before: ShardEntry): ShardMap {
  return withEntry(map, before.shard, (entry) =>
    entry.epoch === before.epoch + 1 ? { ...entry, notBeforeMs: before.notBeforeMs } : entry,
  );
}

function withEntry(
  map: ShardMap,
  shard: PhysicalShard,
  change: (entry: ShardEntry) => ShardEntry,
): ShardMap {
  const entries = map.entries.map((entry) => (entry.shard === shard ? change(entry) : entry));
  return { ...map, revision: map.revision + 1, entries };
}
