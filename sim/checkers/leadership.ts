import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { EpochEvent, History, Violation } from "../history.ts";

const GUARANTEE = "G1 one leader at a time";

/**
 * G1: from the moment that an epoch has begun, no leader of an earlier one commits anywhere,
 * acknowledges a write or answers as leader.
 */
export function checkLeadership({ shards, acts }: History): readonly Violation[] {
  const began = new Map<PhysicalShard, EpochEvent[]>();
  const violations: Violation[] = [];
  for (const event of shards) {
    const epochs = began.get(event.shard) ?? [];
    began.set(event.shard, epochs);
    if (event.kind === "epoch") {
      epochs.push(event);
      continue;
    }
    const late = event.records.find(({ epoch }) => epoch < (epochs.at(-1)?.epoch ?? 0));
    if (late === undefined) continue;
    const what = `shard ${event.shard}: epoch ${late.epoch} committed in ${event.store} at ${event.atMs}, after ${epochs.at(-1)?.epoch} had begun`;
    violations.push({ guarantee: GUARANTEE, what });
  }
  for (const { shard, epoch, lastMs, what } of acts) {
    const next = began.get(shard)?.find((event) => event.epoch > epoch);
    if (next === undefined || next.atMs >= lastMs) continue;
    violations.push({
      guarantee: GUARANTEE,
      what: `shard ${shard}: ${what} in epoch ${epoch} at ${lastMs}, ${next.epoch} had begun at ${next.atMs}`,
    });
  }
  return violations;
}
