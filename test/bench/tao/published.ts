import type { TaoModeData } from "../../../bench/tao/data/files.ts";
import { parseTaoBench } from "../../../bench/tao/data/taobench.ts";

const line = (name: string, weights: readonly number[], values?: readonly (string | number)[]) =>
  JSON.stringify({ name, ...(values && { values }), weights });
const WRITES = ["obj_add", "obj_update", "obj_delete", "edge_add", "edge_update", "edge_delete"];
const READS = [
  "obj_read",
  "edge_point_read",
  "edge_range_read",
  "edge_count_read",
  "edge_time_read",
];
const EDGES = ["unique", "bidirectional", "unique_and_bidirectional", "other"];

/** A workload in the format of TAOBench's files; the numbers are ours. */
export const TAOBENCH_LINES = [
  line("operations", [60, 25, 10, 5]),
  line("read_operation_types", [30, 40, 15, 10, 5], READS),
  line("write_operation_types", [20, 30, 10, 15, 20, 5], WRITES),
  line("read_txn_operation_types", [1, 3], ["obj_read", "edge_point_read"]),
  line("write_txn_operation_types", [10, 20, 20, 25, 15, 10], WRITES),
  line("read_txn_sizes", [0, 5, 3, 2], [1, 2, 4, 10]),
  line("write_txn_sizes", [1, 1], [2, 3]),
  line("edge_types", [10, 20, 30, 40], EDGES),
  line(
    "primary_shards",
    Array.from({ length: 50 }, (_, n) => (n === 0 ? 50 : 1)),
  ),
  line(
    "remote_shards",
    Array.from({ length: 50 }, (_, n) => (n === 7 ? 100 : 1)),
  ),
];
export const taoBench = parseTaoBench(`${TAOBENCH_LINES.join("\n")}\n`);

/** Distributions of the shape that the published files have, small. */
export const taoModeData: TaoModeData = {
  degrees: { values: [0, 1, 2, 10, 5_000], cumulative: [0.4, 0.7, 0.9, 0.99, 1] },
  objects: { keys: [1, 9, 90, 900], weights: [40, 30, 20, 10] },
  lists: { keys: [1, 9, 90, 900], weights: [25, 25, 25, 25] },
  objectBytes: { bytes: [50, 300, 900, 90_000], weights: [4, 3, 2, 1] },
  workload: taoBench,
};

/** Share of draws that gave each answer. */
export function shares<T>(count: number, draw: () => T): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (let n = 0; n < count; n++) {
    const drawn = draw();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  return new Map([...counts].map(([drawn, hits]) => [drawn, hits / count]));
}
