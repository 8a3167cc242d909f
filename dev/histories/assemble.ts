import type { Id } from "../../core/ids.ts";
import type { LogRecord } from "../../core/tao/log.ts";
import { firstSeq } from "../../core/tao/log.ts";
import { type PhysicalShard, physicalShardOf, type ShardMap } from "../../core/tao/shard-map.ts";
import type { Read } from "../../core/tao/types.ts";
import { readsOf } from "../../sim/final-view.ts";
import type { ClientEvent, FinalView, History, ShardEvent } from "../../sim/history.ts";
import type { ShardDump, ShardLog } from "./shard-dump.ts";

/**
 * The history of a segment, for the simulator's checkers. A record's time is its leader's
 * clock just before it became durable; all clocks here are one machine's.
 *
 * @param ttlMs the promised bound, and how long a commit may take after its record's time.
 */
export function assemble(
  dumps: readonly ShardDump[],
  events: readonly ClientEvent[],
  finals: readonly FinalView[],
  ttlMs: number,
): History {
  return {
    shards: dumps.flatMap(({ shard, log }) => shardEvents(shard, log)),
    acts: [],
    listed: [],
    listedOps: [],
    events: events.toSorted((a, b) => a.doneMs - b.doneMs),
    finals,
    stored: dumps.map(({ shard, objects, assocs, lists }) => ({ shard, objects, assocs, lists })),
    ttlMs,
  };
}

/** Every shard begins in it; the epochs after it are told by the first record of each. */
const FIRST_EPOCH = 1;

/** Checkers look at each shard by itself: its own order is all that counts. */
function shardEvents(shard: PhysicalShard, log: readonly LogRecord[]): readonly ShardEvent[] {
  const events: ShardEvent[] = [];
  let epoch = FIRST_EPOCH;
  for (const record of log) {
    if (record.epoch > epoch) {
      const after = { epoch, seq: firstSeq(record) - 1 };
      events.push({
        kind: "epoch",
        shard,
        store: "store",
        atMs: record.timeMs,
        epoch: record.epoch,
        after,
      });
      epoch = record.epoch;
    }
    events.push({ kind: "commit", shard, store: "store", atMs: record.timeMs, records: [record] });
  }
  return events;
}

/** By shard, the reads that tell the state of everything that its log names. */
export function readsByShard(
  logs: readonly ShardLog[],
  map: ShardMap,
): ReadonlyMap<PhysicalShard, readonly Read[]> {
  const home = (id: Id) => physicalShardOf(map, id);
  const reads = new Map<PhysicalShard, Map<string, Read>>();
  for (const { log } of logs) {
    for (const { mutation } of log.flatMap(({ entries }) => entries)) {
      for (const [key, read] of readsOf(mutation)) {
        const shard = home(read.op === "objGet" ? read.id : read.id1);
        const known = reads.get(shard) ?? new Map<string, Read>();
        reads.set(shard, known.set(key, read));
      }
    }
  }
  return new Map([...reads].map(([shard, known]) => [shard, [...known.values()]]));
}
