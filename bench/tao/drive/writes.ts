import { idRange, logicalShard } from "../../../core/ids.ts";
import { type Op, writeOf } from "../workload/op.ts";
import type { DriverGraph } from "./graph.ts";
import type { WritesReport } from "./protocol.ts";

const OBJECT_BYTES = 200;

/** `width` writers keep one write each in flight, all on one shard: new objects of 200 bytes. */
export async function keepWriting(
  graph: DriverGraph,
  shard: number,
  width: number,
  untilMs: number,
): Promise<WritesReport> {
  const { nowMs, tao } = graph.ports;
  const home = logicalShard(graph.map.entries[shard]?.from ?? 0);
  const from = idRange(home).from;
  const op: Op = { op: "objAdd", id1: from, id2: from, atype: 0, limit: 0, bytes: OBJECT_BYTES };
  const report = { acknowledged: 0, failed: 0 };
  const startMs = nowMs();
  const writer = async () => {
    while (nowMs() < untilMs) {
      const write = writeOf(op, nowMs());
      const answer = await tao(0).write(home, write === null ? [] : [write], null);
      report[answer.ok ? "acknowledged" : "failed"]++;
    }
  };
  await Promise.all(Array.from({ length: width }, writer));
  return { ...report, elapsedMs: nowMs() - startMs };
}
