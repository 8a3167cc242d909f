import type { Random } from "../../../core/clock.ts";
import type { Id } from "../../../core/ids.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { stream } from "../../../dev/world/random.ts";
import type { TaoModeData } from "../data/files.ts";
import { degreeOfRank } from "../data/linkbench.ts";
import { Alias } from "./alias.ts";
import { KeySpace, scatter } from "./key-space.ts";
import { type Op, type OpName, POST_BYTES } from "./op.ts";

/** Percent of reads and of writes, TAO paper, figure 3; writes are 0.2 % of all. */
export const READ_MIX: Readonly<Record<string, number>> = {
  assocRange: 40.9,
  objGet: 28.9,
  assocGet: 15.7,
  assocCount: 11.7,
  assocTimeRange: 2.8,
};
export const WRITE_MIX: Readonly<Record<string, number>> = {
  assocAdd: 52.5,
  objUpdate: 20.7,
  objAdd: 16.5,
  assocDelete: 8.3,
  objDelete: 2,
  assocChangeType: 0.9,
};
export const WRITE_SHARE = 0.002;

/** Of range queries 12 % want one entry; of the rest 95 % want 1,000 or more. */
const LIMITS_OF_PAGES = [1, 100, 1_000] as const;
const LIMIT_WEIGHTS = [12, 0.05 * 88, 0.95 * 88];
/** Edge lookups that find an edge, of those on a list with edges: makes it about the paper's 19.6 % of all. */
const FOUND_SHARE = 0.36;
/** The list that every node has: edges of a type that derives no inverse. */
export const LIST = ASSOC.published;

/** As `core/tao/follower-cache.ts` counts them, beside an object's data. */
const ENTRY_BYTES = { object: 160, list: 200, edge: 120 } as const;

export interface TaoModeSpec {
  readonly seed: number;
  /** Cache keys: half of them objects, half of them one list for each object. */
  readonly keys: number;
  /** Longest list; LinkBench's longest has 961,963 links whatever the size of the graph. */
  readonly degreeMax: number;
}

/** The graph of TAO mode before it has ids, and the operations on it. Nodes are numbers from 0. */
export class TaoMode {
  readonly nodes: number;
  readonly #spec: TaoModeSpec;
  readonly #data: TaoModeData;
  readonly #objects: KeySpace;
  readonly #lists: KeySpace;
  readonly #sizes: Alias;
  readonly #reads = new Mix(READ_MIX);
  readonly #writes = new Mix(WRITE_MIX);
  readonly #limits = new Alias(LIMIT_WEIGHTS);

  constructor(spec: TaoModeSpec, data: TaoModeData) {
    this.#spec = spec;
    this.#data = data;
    this.nodes = spec.keys >> 1;
    this.#objects = new KeySpace(data.objects, this.nodes, 0);
    this.#lists = new KeySpace(data.lists, this.nodes, 12_345);
    this.#sizes = new Alias(data.objectBytes.weights);
  }

  /** Links of a node. Degrees have nothing to do with popularity: LinkBench's reads are 99.5 % uncorrelated. */
  degree(node: number): number {
    const degree = degreeOfRank(this.#data.degrees, scatter(node, 777, this.nodes), this.nodes);
    return Math.min(degree, this.#spec.degreeMax, this.nodes - 1);
  }

  /** The other end of a node's edge at `place`, 0 to degree - 1; places from `degree` on have no edge. */
  neighbour(node: number, place: number): number {
    return (node + 1 + place) % this.nodes;
  }

  objectBytes(node: number): number {
    const index = this.#sizes.draw(stream(this.#spec.seed, "size", node));
    const bytes = this.#data.objectBytes.bytes[index] ?? 0;
    return Math.min(POST_BYTES.max, Math.max(POST_BYTES.min, bytes));
  }

  /** What the cache entries of every object and every list take in a follower, by its own estimate. */
  cacheBytes(): number {
    let bytes = 0;
    for (let node = 0; node < this.nodes; node++) {
      bytes += ENTRY_BYTES.object + this.objectBytes(node);
      bytes += ENTRY_BYTES.list + ENTRY_BYTES.edge * this.degree(node);
    }
    return bytes;
  }

  read(random: Random, idOf: (node: number) => Id): Op {
    const op = this.#reads.draw(random);
    if (op === "objGet") return onObject(op, idOf(this.#objects.draw(random)));
    const node = this.#lists.draw(random);
    const id1 = idOf(node);
    if (op === "assocGet") return onEdge(op, id1, idOf(this.#endOf(node, random)));
    const isPage = op === "assocRange" || op === "assocTimeRange";
    const limit = isPage ? (LIMITS_OF_PAGES[this.#limits.draw(random)] ?? 1) : 0;
    return { ...onEdge(op, id1, NO_ID), limit };
  }

  write(random: Random, idOf: (node: number) => Id): Op {
    const op = this.#writes.draw(random);
    if (op === "objAdd" || op === "objUpdate" || op === "objDelete") {
      const node = this.#objects.draw(random);
      const bytes = op === "objDelete" ? 0 : this.objectBytes(node);
      return { ...onObject(op, idOf(node)), bytes };
    }
    const node = this.#lists.draw(random);
    const isNew = op === "assocAdd";
    const place = isNew ? this.degree(node) + Math.floor(random.next() * 64) : 0;
    return onEdge(op, idOf(node), idOf(this.neighbour(node, place)));
  }

  #endOf(node: number, random: Random): number {
    const degree = this.degree(node);
    const isThere = degree > 0 && random.next() < FOUND_SHARE;
    const place = Math.floor(random.next() * (isThere ? degree : 64));
    return this.neighbour(node, isThere ? place : degree + place);
  }
}

const NO_ID = 0n as Id;
const onObject = (op: OpName, id1: Id): Op => ({
  op,
  id1,
  id2: NO_ID,
  atype: 0,
  limit: 0,
  bytes: 0,
});
const onEdge = (op: OpName, id1: Id, id2: Id): Op => ({
  op,
  id1,
  id2,
  atype: LIST,
  limit: 0,
  bytes: 0,
});

class Mix {
  readonly #names: readonly OpName[];
  readonly #alias: Alias;

  constructor(mix: Readonly<Partial<Record<OpName, number>>>) {
    const entries = Object.entries(mix);
    this.#names = entries.map(([name]) => name as OpName);
    this.#alias = new Alias(entries.map(([, weight]) => weight));
  }

  draw(random: Random): OpName {
    return this.#names[this.#alias.draw(random)] ?? "objGet";
  }
}
