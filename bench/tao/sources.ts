import type { Id } from "../../core/ids.ts";
import type { TaoBenchWorkload } from "./data/taobench.ts";
import type { Source } from "./schedule.ts";
import { Alias } from "./workload/alias.ts";
import { type EdgePool, type Faithful, type Kind, KINDS } from "./workload/faithful.ts";
import { OPS } from "./workload/op.ts";
import { type TaoMode, WRITE_SHARE } from "./workload/tao-mode.ts";

export interface TaoSourceOptions {
  /** Reads that one client sends together, as a page does: one call per shard for all of them. */
  readonly batch: number;
  /** Of all reads, those that come alone: they show each operation's own latency. */
  readonly aloneShare: number;
}

/** Label of a request of many reads; single operations go by their own name. */
const PAGE = OPS.length;

/** TAO mode: pages of reads, reads alone, and writes alone, in the paper's proportions. */
export function taoSource(
  mode: TaoMode,
  idOf: (node: number) => Id,
  { batch, aloneShare }: TaoSourceOptions,
): Source {
  const reads = 1 - WRITE_SHARE;
  const weights = [(reads * (1 - aloneShare)) / batch, reads * aloneShare, WRITE_SHARE];
  const kinds = new Alias(weights);
  return {
    labels: [...OPS, `${batch} reads`],
    meanOps: 1 / weights.reduce((sum, weight) => sum + weight, 0),
    draw(random) {
      const kind = kinds.draw(random);
      if (kind === 0) {
        const ops = Array.from({ length: batch }, () => mode.read(random, idOf));
        return { label: PAGE, ops };
      }
      const op = kind === 1 ? mode.read(random, idOf) : mode.write(random, idOf);
      return { label: OPS.indexOf(op.op), ops: [op] };
    },
  };
}

const TXN_LABELS: Readonly<Partial<Record<Kind, number>>> = {
  readTxn: OPS.length,
  writeTxn: OPS.length + 1,
};

/** TAOBench as its driver asks; transactions go out as one unit. */
export function faithfulSource(
  faithful: Faithful,
  workload: TaoBenchWorkload,
  pool: EdgePool,
): Source {
  return {
    labels: [...OPS, "read transaction", "write transaction"],
    meanOps: meanOpsOf(workload),
    draw(random) {
      const kind = faithful.kind(random);
      const ops = faithful.ops(kind, pool, random);
      const single = OPS.indexOf(ops[0]?.op ?? "objGet");
      return { label: TXN_LABELS[kind] ?? single, ops };
    },
  };
}

function meanOpsOf({ operations, readTxnSizes, writeTxnSizes }: TaoBenchWorkload): number {
  const weighted = (values: readonly number[], weights: readonly number[]) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return values.reduce((sum, value, n) => sum + (value * (weights[n] ?? 0)) / total, 0);
  };
  const sizes = KINDS.map((kind) => {
    if (kind === "readTxn") return weighted(readTxnSizes.values, readTxnSizes.weights);
    return kind === "writeTxn" ? weighted(writeTxnSizes.values, writeTxnSizes.weights) : 1;
  });
  return weighted(sizes, operations);
}
