import type { Clock } from "../clock.ts";
import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { listKey } from "./keys.ts";
import { LeaderCells } from "./leader-cells.ts";
import { LeaderLoads } from "./leader-loads.ts";
import { firstSeq, type LogRecord } from "./log.ts";
import { pageFrom, prefixFrom } from "./leader-pages.ts";
import { recall } from "./leader-queries.ts";
import type { ListPrefix, MemoryStats } from "./service.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type {
  AssocKey,
  Commit,
  GraphStore,
  IntentRow,
  ListKey,
  ListRow,
  ObjectRow,
  PlanKeys,
  PlanRows,
  PrefixQuery,
  RangeQuery,
} from "./store.ts";
import type { Assoc, TaoObject } from "./types.ts";
import { sameVersion, type Version } from "./version.ts";

export interface MemoryPorts {
  readonly clock: Clock;
  readonly bytesMax?: number;
}

/**
 * A `GraphStore` that remembers: the memory of a leader, over the store that it opened. What
 * its commits wrote it knows; what is read is asked for once, however many want it. Each key
 * of an answer is as the store showed it at some moment between the call and the answer.
 *
 * Memory shows the store's head, never more: a group enters it once it is durable. A head
 * that moved otherwise (a lost reply) empties it.
 */
export class RememberingStore implements GraphStore {
  readonly #store: GraphStore;
  readonly #cells: LeaderCells;
  readonly #loads: LeaderLoads;
  /** The head that memory shows; null before it was asked for. */
  #head: Version | null = null;
  #committing: Promise<unknown> | null = null;
  #asking: Promise<Version> | null = null;
  /** Changes whenever memory does otherwise than by reading. */
  #turn = 0;
  #counters = { hits: 0, misses: 0, plans: 0, plansFromMemory: 0 };

  constructor(store: GraphStore, { clock, bytesMax = LIMITS.leaderBytesMax }: MemoryPorts) {
    this.#store = store;
    this.#cells = new LeaderCells(clock, bytesMax);
    this.#loads = new LeaderLoads(store, this.#cells, clock);
  }

  stats(): MemoryStats {
    const { entries, bytes, evictions } = this.#cells;
    const { queries, coalesced, again } = this.#loads;
    const { hits, misses, plans, plansFromMemory } = this.#counters;
    const counters = { hits, misses: misses + again, plans, plansFromMemory };
    return { ...counters, coalesced, queries, entries, bytes, evictions };
  }

  /** Not while a group is on its way: a store that looked now might take it in twice. */
  async head(): Promise<Version> {
    while (this.#committing !== null) await this.#committing;
    this.#asking ??= this.#askHead().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askHead(): Promise<Version> {
    const head = await this.#store.head();
    this.#turn++;
    this.#cells.forgetSources();
    if (this.#head !== null && !sameVersion(head, this.#head)) {
      this.#cells.clear();
      this.#loads.overtakeAll();
    }
    this.#head = head;
    return head;
  }

  async commit(commit: Commit): Promise<void> {
    while (this.#asking !== null) await this.#asking.catch(() => null);
    this.#refuseOtherHead(commit);
    const work = this.#store.commit(commit);
    this.#committing = work.catch(() => null);
    try {
      // Rejected, it may be durable or not: the store does not show it before its head says so.
      await work;
    } finally {
      this.#committing = null;
    }
    this.#turn++;
    this.#loads.overtake(commit);
    this.#cells.apply(commit);
    this.#head = commit.head;
  }

  /** A group that logs nothing collides with nothing in the log: it must not turn the head back. */
  #refuseOtherHead({ head, records }: Commit): void {
    const first = records[0];
    const base = first === undefined ? head.seq : firstSeq(first) - 1;
    if (this.#head !== null && base !== this.#head.seq)
      throw new Error(`log collision: planned on ${base}, the head is ${this.#head.seq}`);
  }

  /** From memory where every row is known: then a group costs no query before its commit. */
  async planRows(keys: PlanKeys): Promise<PlanRows> {
    const { rows, missing } = recall(this.#cells, keys);
    this.#counters.plans++;
    if (missing === null) {
      this.#counters.plansFromMemory++;
      return rows;
    }
    const turn = this.#turn;
    const found = await this.#loads.plan(missing);
    // What was read across a change is good for this plan, which then collides, and for no other.
    if (turn === this.#turn) this.#loads.keepPlan(missing, found);
    return {
      objects: [...rows.objects, ...found.objects],
      assocs: [...rows.assocs, ...found.assocs],
      lists: [...rows.lists, ...found.lists],
      ops: found.ops,
      lastIds: new Map([...rows.lastIds, ...found.lastIds]),
      sources: [...rows.sources, ...found.sources],
    };
  }

  async objects(ids: readonly Id[]): Promise<readonly TaoObject[]> {
    const rows = await this.#each(ids, this.#cells.object, (id) => this.#loads.object(id));
    return rows.flatMap(live);
  }

  async assocs(keys: readonly AssocKey[]): Promise<readonly Assoc[]> {
    const find = (key: AssocKey) => this.#cells.point(key);
    const found = await this.#each(keys, find, (key) => this.#loads.point(key));
    return found.flatMap((assoc) => assoc ?? []);
  }

  async lists(keys: readonly ListKey[]): Promise<readonly ListRow[]> {
    const find = ({ id1, atype }: ListKey) => this.#cells.list(listKey(id1, atype))?.row;
    const found = await this.#each(keys, find, (key) => this.#loads.row(key));
    return found.flatMap((row) => row ?? []);
  }

  async prefixes(queries: readonly PrefixQuery[]): Promise<readonly ListPrefix[]> {
    const find = (query: PrefixQuery) => prefixFrom(this.#cellOf(query), query.limit);
    return this.#each(queries, find, (query) => this.#loads.prefix(query));
  }

  async ranges(queries: readonly RangeQuery[]): Promise<readonly (readonly Assoc[])[]> {
    const find = (query: RangeQuery) => pageFrom(this.#cellOf(query), query);
    return this.#each(queries, find, (query) => this.#loads.range(query));
  }

  logAfter(after: Version, limit: number): Promise<readonly LogRecord[] | null> {
    return this.#loads.tail(after, limit);
  }

  trim = (logBeforeMs: number, opsBeforeMs: number, entriesMax?: number): Promise<void> =>
    this.#store.trim(logBeforeMs, opsBeforeMs, entriesMax);
  intents = (limitPerTarget: number): Promise<readonly IntentRow[]> =>
    this.#store.intents(limitPerTarget);
  dropIntents = (target: PhysicalShard, upTo: Version): Promise<void> =>
    this.#store.dropIntents(target, upTo);
  intentCount = (): Promise<number> => this.#store.intentCount();
  followers = (): Promise<readonly string[]> => this.#store.followers();
  addFollower = (name: string): Promise<void> => this.#store.addFollower(name);
  dropFollower = (name: string): Promise<void> => this.#store.dropFollower(name);

  #cellOf = ({ id1, atype }: ListKey) => this.#cells.list(listKey(id1, atype));

  /** What is known now, and what is not yet known when it comes. */
  async #each<K, V>(
    keys: readonly K[],
    find: (key: K) => V | undefined,
    load: (key: K) => Promise<V>,
  ): Promise<readonly V[]> {
    let misses = 0;
    const values = keys.map((key) => {
      const known = find(key);
      if (known !== undefined) return known;
      misses++;
      return load(key);
    });
    this.#counters.misses += misses;
    this.#counters.hits += keys.length - misses;
    return misses === 0 ? (values as V[]) : Promise.all(values);
  }
}

/** Of a leader that has opened no store. */
export const NO_MEMORY: MemoryStats = {
  hits: 0,
  misses: 0,
  coalesced: 0,
  queries: 0,
  plans: 0,
  plansFromMemory: 0,
  entries: 0,
  bytes: 0,
  evictions: 0,
};

const live = (row: ObjectRow | null): readonly TaoObject[] =>
  row === null || row.data === null ? [] : [{ ...row, data: row.data }];
