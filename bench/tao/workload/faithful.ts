import type { Random } from "../../../core/clock.ts";
import {
  type Id,
  idRange,
  LOGICAL_SHARDS,
  type LogicalShard,
  logicalShard,
} from "../../../core/ids.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { AssocType } from "../../../core/tao/types.ts";
import { SHARDS, type Sizes, type TaoBenchWorkload } from "../data/taobench.ts";
import { Alias } from "./alias.ts";
import { type Op, POST_BYTES } from "./op.ts";

/** TAOBench's edge types, codes 0 to 3, as types of ours that derive no inverse: its driver writes none. */
const EDGE_TYPES: readonly AssocType[] = [ASSOC.published, ASSOC.mutes, ASSOC.listed, ASSOC.handle];
/** The driver's values: 150 letters. An object of ours carries them as the text of a post. */
const VALUE_CHARS = 150;
/** What an object of a faithful run is told to have. */
export const OBJECT_BYTES = VALUE_CHARS + POST_BYTES.min;

/** Kinds of request of the driver, in the order of the `operations` weights. */
export const KINDS = ["read", "write", "readTxn", "writeTxn"] as const;
export type Kind = (typeof KINDS)[number];

/** An edge that was loaded, with an object at each end. */
export interface Edge {
  readonly id1: Id;
  readonly id2: Id;
  readonly atype: AssocType;
}

/** Where an edge is to be loaded, before its ends have ids. */
export interface EdgePlan {
  readonly primary: number;
  readonly remote: number;
  readonly atype: AssocType;
}

/** One logical shard stands for each of the driver's 50 shards, spread evenly. */
export const logicalOf = (shard: number): LogicalShard =>
  logicalShard(Math.floor(((shard + 0.5) * LOGICAL_SHARDS) / SHARDS));

/** TAOBench's driver: what it loads and what it then asks. */
export class Faithful {
  readonly #workload: TaoBenchWorkload;
  readonly #draws;

  constructor(workload: TaoBenchWorkload) {
    this.#workload = workload;
    this.#draws = {
      kinds: new Alias(workload.operations),
      reads: new Alias(workload.readTypes),
      writes: new Alias(workload.writeTypes),
      txnReads: new Alias(workload.readTxnTypes),
      txnWrites: new Alias(workload.writeTxnTypes),
      readSizes: new Alias(workload.readTxnSizes.weights),
      writeSizes: new Alias(workload.writeTxnSizes.weights),
      edgeTypes: new Alias(workload.edgeTypes),
      primary: new Alias(workload.primaryShards),
      remote: new Alias(workload.remoteShards),
    };
  }

  /** Load: the primary shard is uniform, the remote one by weight. Every id1 has one edge. */
  planEdge(random: Random): EdgePlan {
    return {
      primary: Math.floor(random.next() * SHARDS),
      remote: this.#draws.remote.draw(random),
      atype: this.#edgeType(random),
    };
  }

  kind(random: Random): Kind {
    return KINDS[this.#draws.kinds.draw(random)] ?? "read";
  }

  /** What one request of `kind` holds. A transaction is that many independent operations in one unit. */
  ops(kind: Kind, pool: EdgePool, random: Random): readonly Op[] {
    const { readSizes, writeSizes, reads, writes, txnReads, txnWrites } = this.#draws;
    switch (kind) {
      case "read":
        return [this.#read(reads.draw(random), pool, random)];
      case "write":
        return [this.#write(writes.draw(random), pool, random)];
      case "readTxn":
        return repeat(sizeFrom(this.#workload.readTxnSizes, readSizes.draw(random)), () =>
          this.#read(txnReads.draw(random), pool, random),
        );
      case "writeTxn":
        return repeat(sizeFrom(this.#workload.writeTxnSizes, writeSizes.draw(random)), () =>
          this.#write(txnWrites.draw(random), pool, random),
        );
    }
  }

  /** Type 0 reads an object; every edge type is executed as a point read, as the driver does it. */
  #read(type: number, pool: EdgePool, random: Random): Op {
    const edge = this.#poolEdge(pool, random);
    if (type === 0) return { ...BLANK, op: "objGet", id1: edge.id1 };
    return { ...BLANK, op: "assocGet", ...edge };
  }

  #write(type: number, pool: EdgePool, random: Random): Op {
    switch (type) {
      case 0:
        return {
          ...BLANK,
          op: "objAdd",
          id1: freshId(this.#primary(random), random),
          bytes: OBJECT_BYTES,
        };
      case 1:
        return {
          ...BLANK,
          op: "objUpdate",
          id1: this.#poolEdge(pool, random).id1,
          bytes: OBJECT_BYTES,
        };
      case 2:
        return { ...BLANK, op: "objDelete", id1: this.#poolEdge(pool, random).id1 };
      case 3:
        return {
          ...BLANK,
          op: "assocAdd",
          id1: freshId(this.#primary(random), random),
          id2: freshId(this.#draws.remote.draw(random), random),
          atype: this.#edgeType(random),
        };
      case 4:
        return { ...BLANK, op: "assocAdd", ...this.#poolEdge(pool, random) };
      default:
        return { ...BLANK, op: "assocDelete", ...this.#poolEdge(pool, random) };
    }
  }

  #primary = (random: Random): number => this.#draws.primary.draw(random);

  #edgeType(random: Random): AssocType {
    return EDGE_TYPES[this.#draws.edgeTypes.draw(random)] ?? ASSOC.published;
  }

  /** Shard by weight, then uniform inside it: the skew is of shards, not of keys. */
  #poolEdge(pool: EdgePool, random: Random): Edge {
    return pool.pick(this.#primary(random), random);
  }
}

/** All loaded edges by the shard of their id1; never extended. */
export class EdgePool {
  readonly #byShard: readonly Edge[][] = Array.from({ length: SHARDS }, () => []);

  add(shard: number, edge: Edge): void {
    this.#byShard[shard]?.push(edge);
  }

  /** @throws RangeError for a shard without edges: too few were loaded. */
  pick(shard: number, random: Random): Edge {
    const edges = this.#byShard[shard] ?? [];
    const edge = edges[Math.floor(random.next() * edges.length)];
    if (edge === undefined) throw new RangeError(`no edge was loaded on shard ${shard}`);
    return edge;
  }
}

const BLANK = { id2: 0n as Id, atype: 0, limit: 0, bytes: 0 };

const sizeFrom = ({ values }: Sizes, index: number): number => values[index] ?? 1;
const repeat = (count: number, make: () => Op): readonly Op[] =>
  Array.from({ length: count }, make);

/** Ids above what any clock of this century allocates, so that no loaded object has one. */
const FRESH_FROM = 1n << 42n;

/** A key that nobody has used, as far as 42 random bits can promise. */
function freshId(shard: number, random: Random): Id {
  const low = BigInt(Math.floor(random.next() * 2 ** 21));
  const high = BigInt(Math.floor(random.next() * 2 ** 21));
  return (idRange(logicalOf(shard)).from + FRESH_FROM + (high << 21n) + low) as Id;
}
