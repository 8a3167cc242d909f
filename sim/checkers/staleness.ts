import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { History, Violation } from "../history.ts";
import { type Position, positionOf, tellPosition } from "../position.ts";
import type { Truth } from "../truth.ts";
import { spellsFrom, tell } from "./floor.ts";

/**
 * G5: no answer is older than the TTL, or than it admits to be, and none of a leader is older than the last write
 * acknowledged before it was asked.
 */
export function checkStaleness({ events, ttlMs }: History, truth: Truth): readonly Violation[] {
  const acknowledged = acknowledgedBy(events);
  return events.flatMap((event) => {
    if (event.kind === "write") return [];
    return event.seen.flatMap((seen) => {
      // An old answer says how old it is: its bound is its own word.
      const oldestMs = Math.max(ttlMs, event.staleMs ?? 0);
      const bound = truth.headAt(seen.shard, event.invokeMs - oldestMs);
      const isLeader = event.consistency === "leader";
      const floor = isLeader ? acknowledged(seen.shard, event.invokeMs) : bound;
      if (spellsFrom(truth, seen, floor, event.doneMs).length > 0) return [];
      const guarantee = isLeader ? "G5 leader reads are current" : "G5 staleness bound";
      const what = `${event.client} asked at ${event.invokeMs}: ${tell(seen)} ended before ${tellPosition(floor)}`;
      return [{ guarantee, what }];
    });
  });
}

/** The newest position acknowledged on a shard before a moment. */
function acknowledgedBy(events: History["events"]) {
  const byShard = new Map<PhysicalShard, { readonly doneMs: number; readonly at: Position }[]>();
  for (const event of events) {
    if (event.kind !== "write" || event.response === null) continue;
    const acks = byShard.get(event.shard) ?? [];
    acks.push({ doneMs: event.doneMs, at: positionOf(event.response.at) });
    byShard.set(event.shard, acks);
  }
  return (shard: PhysicalShard, beforeMs: number): Position =>
    (byShard.get(shard) ?? []).reduce(
      (max, { doneMs, at }) => (doneMs < beforeMs ? Math.max(max, at) : max),
      0,
    );
}
