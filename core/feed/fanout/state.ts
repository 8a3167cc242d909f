import { LIMITS } from "../../limits.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import type { FanoutState } from "./service.ts";
import type { FanoutTable } from "./table.ts";

/** How a shard's fan-out is doing. */
export function stateOf(shard: PhysicalShard, table: FanoutTable, nowMs: number): FanoutState {
  const { position, resent, activeShare, entries } = table.head();
  const ages = table
    .records(LIMITS.fanoutAgesOf)
    .flatMap(({ postedMs, doneMs }) => (doneMs === null ? [] : [doneMs - postedMs]))
    .toSorted((a, b) => a - b);
  const oldestMs = table.oldestMs();
  return {
    shard,
    position,
    events: waitingEvents(table),
    ...table.chunkCounts(),
    oldestMs: oldestMs === null ? null : Math.max(0, nowMs - oldestMs),
    visibleP50Ms: quantile(ages, 0.5),
    visibleP99Ms: quantile(ages, 0.99),
    resent,
    activeShare,
    entries,
  };
}

/** Events and counts that are not planned yet. */
export const waitingEvents = (table: FanoutTable): number =>
  table.eventCount("posts") + table.eventCount("beside") + table.countCount();

/** Of sorted values, by the nearest rank. */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
