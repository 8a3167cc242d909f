import { z } from "zod";

/** A TAOBench workload: not one JSON document, but one line of JSON per distribution. */
export interface TaoBenchWorkload {
  /** Weights of read, write, read transaction, write transaction. */
  readonly operations: readonly number[];
  readonly readTypes: readonly number[];
  readonly writeTypes: readonly number[];
  readonly readTxnTypes: readonly number[];
  readonly writeTxnTypes: readonly number[];
  readonly readTxnSizes: Sizes;
  readonly writeTxnSizes: Sizes;
  /** By edge type code, 0 to 3. */
  readonly edgeTypes: readonly number[];
  /** By shard, 50 of them. */
  readonly primaryShards: readonly number[];
  readonly remoteShards: readonly number[];
}

export interface Sizes {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

export const SHARDS = 50;
/** In the order of the weights; the driver's enumerations. */
const READ_TYPES = [
  "obj_read",
  "edge_point_read",
  "edge_range_read",
  "edge_count_read",
  "edge_time_read",
];
const WRITE_TYPES = [
  "obj_add",
  "obj_update",
  "obj_delete",
  "edge_add",
  "edge_update",
  "edge_delete",
];
const READ_TXN_TYPES = ["obj_read", "edge_point_read"];
const EDGE_TYPES = ["unique", "bidirectional", "unique_and_bidirectional", "other"];

const lineSchema = z.object({
  name: z.string(),
  values: z.array(z.union([z.number(), z.string()])).optional(),
  weights: z.array(z.number().min(0)).optional(),
});
type Line = z.infer<typeof lineSchema>;

/** @throws Error that names the line which is missing or not as the driver expects it. */
export function parseTaoBench(text: string): TaoBenchWorkload {
  const lines = new Map(
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line): [string, Line] => {
        const parsed = lineSchema.parse(JSON.parse(line));
        return [parsed.name, parsed];
      }),
  );
  const weights = (name: string, count: number): readonly number[] => {
    const found = lines.get(name)?.weights;
    if (found?.length !== count) throw new Error(`${name}: ${count} weights are needed`);
    return found;
  };
  /** The driver goes by place; a file that names other things in these places is another format. */
  const named = (name: string, names: readonly string[]): readonly number[] => {
    if (lines.get(name)?.values?.join() !== names.join())
      throw new Error(`${name}: the values should be ${names.join(", ")}`);
    return weights(name, names.length);
  };
  const sizes = (name: string): Sizes => {
    const values = (lines.get(name)?.values ?? []).filter((value) => typeof value === "number");
    if (values.length === 0) throw new Error(`${name}: no values`);
    return { values, weights: weights(name, values.length) };
  };
  return {
    operations: weights("operations", 4),
    readTypes: named("read_operation_types", READ_TYPES),
    writeTypes: named("write_operation_types", WRITE_TYPES),
    readTxnTypes: named("read_txn_operation_types", READ_TXN_TYPES),
    writeTxnTypes: named("write_txn_operation_types", WRITE_TYPES),
    readTxnSizes: sizes("read_txn_sizes"),
    writeTxnSizes: sizes("write_txn_sizes"),
    edgeTypes: named("edge_types", EDGE_TYPES),
    primaryShards: weights("primary_shards", SHARDS),
    remoteShards: weights("remote_shards", SHARDS),
  };
}
