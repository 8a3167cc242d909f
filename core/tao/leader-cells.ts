import type { Clock } from "../clock.ts";
import { type Id, type LogicalShard, shardOf } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { LruMap, LruShelf } from "../lru.ts";
import { assocKey, listKey } from "./keys.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { AssocKey, Commit, ListRow, ObjectRow, SourceRow } from "./store.ts";
import { type Assoc, compareListOrder } from "./types.ts";

/** What is known of one list: its row, and, unless null, its newest edges. */
export interface ListCell {
  readonly row: ListRow | null;
  readonly prefix: readonly Assoc[] | null;
}

export const isWholeCell = ({ row, prefix }: ListCell): boolean =>
  prefix !== null && prefix.length === (row?.count ?? 0);

/** One edge, null when there is none, undefined when that is not known. */
export function edgeFrom(cell: ListCell | undefined, id2: Id): Assoc | null | undefined {
  if (cell === undefined) return undefined;
  const edge = cell.prefix?.find((assoc) => assoc.id2 === id2);
  return edge ?? (isWholeCell(cell) ? null : undefined);
}

/** Estimates, in bytes, of what an entry costs beside its payload. */
const OBJECT_OVERHEAD = 200;
const POINT_OVERHEAD = 300;
const LIST_OVERHEAD = 300;
const EDGE_OVERHEAD = 120;
const ID_OVERHEAD = 120;

/**
 * What a leader remembers of its store, and how its own commits change it. undefined means
 * unknown, null means known to be absent. Everything here is true at the store's head.
 */
export class LeaderCells {
  /** All kinds: objects go by bigints, shards by numbers, lists and edges by texts of two and three parts. */
  readonly #memory: LruMap<unknown, unknown>;
  readonly #objects: Shelf<Id, ObjectRow | null>;
  readonly #lists: Shelf<string, ListCell>;
  readonly #points: Shelf<string, Assoc | null>;
  readonly #lastIds: Shelf<LogicalShard, Id | null>;
  /** One per shard of the map at most. */
  readonly #sources = new Map<PhysicalShard, SourceRow | null>();

  constructor(clock: Clock, bytesMax: number) {
    this.#memory = new LruMap(bytesMax);
    this.#objects = new Shelf(clock, this.#memory);
    this.#lists = new Shelf(clock, this.#memory);
    this.#points = new Shelf(clock, this.#memory);
    this.#lastIds = new Shelf(clock, this.#memory);
  }

  object = (id: Id): ObjectRow | null | undefined => this.#objects.get(id);
  list = (key: string): ListCell | undefined => this.#lists.get(key);
  lastId = (shard: LogicalShard): Id | null | undefined => this.#lastIds.get(shard);
  source = (shard: PhysicalShard): SourceRow | null | undefined => this.#sources.get(shard);

  /** By itself, or from what is known of its list. */
  point(key: AssocKey): Assoc | null | undefined {
    const point = this.#points.get(assocKey(key));
    return point !== undefined ? point : edgeFrom(this.list(listKey(key.id1, key.atype)), key.id2);
  }

  putObject(id: Id, row: ObjectRow | null): void {
    this.#objects.set(id, row, OBJECT_OVERHEAD + (row?.data?.length ?? 0));
  }

  putPoint(key: string, assoc: Assoc | null): void {
    this.#points.set(key, assoc, POINT_OVERHEAD + (assoc?.data.length ?? 0));
  }

  putLastId(shard: LogicalShard, id: Id | null): void {
    this.#lastIds.set(shard, id, ID_OVERHEAD);
  }

  putSource(shard: PhysicalShard, row: SourceRow | null): void {
    this.#sources.set(shard, row);
  }

  /** A row alone never takes a known prefix away: both are of the same head. */
  putList(key: string, cell: ListCell): void {
    const known = this.#lists.get(key);
    if (known !== undefined && (known.prefix?.length ?? -1) >= (cell.prefix?.length ?? -1)) return;
    this.#lists.set(key, cell, bytesOf(cell));
  }

  /** After `commit` has become durable: what it wrote is known, with no need to ask. */
  apply(commit: Commit): void {
    for (const row of commit.objects) {
      this.putObject(row.id, row);
      const last = this.#lastIds.get(shardOf(row.id));
      if (last !== undefined && (last === null || row.id > last))
        this.putLastId(shardOf(row.id), row.id);
    }
    for (const row of commit.sources) this.putSource(row.shard, row);
    const changes = changesOf(commit);
    for (const row of commit.lists) {
      const key = listKey(row.id1, row.atype);
      const known = this.#lists.get(key);
      const prefix = known === undefined ? null : changed(known, changes.get(key) ?? []);
      const cell = { row, prefix: row.count === 0 ? [] : prefix };
      this.#lists.change(key, cell, bytesOf(cell));
      changes.delete(key);
    }
    // An edge without its list's new row: what the list is now is not known here.
    for (const key of changes.keys()) this.#lists.delete(key);
    for (const key of commit.removedAssocs) this.#putEdge(key, null);
    for (const row of commit.assocs) this.#putEdge(row, row);
  }

  /** Not twice: a list that tells of its edge is enough. */
  #putEdge(key: AssocKey, assoc: Assoc | null): void {
    const isTold = edgeFrom(this.list(listKey(key.id1, key.atype)), key.id2) !== undefined;
    if (isTold) this.#points.delete(assocKey(key));
    else this.putPoint(assocKey(key), assoc);
  }

  /** Cursors of other shards can move without the head. */
  forgetSources(): void {
    this.#sources.clear();
  }

  clear(): void {
    this.#memory.clear();
    this.forgetSources();
  }

  get entries(): number {
    return this.#memory.size;
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  get evictions(): number {
    return this.#memory.evictions;
  }
}

function bytesOf({ prefix }: ListCell): number {
  let bytes = LIST_OVERHEAD;
  for (const assoc of prefix ?? []) bytes += EDGE_OVERHEAD + assoc.data.length;
  return bytes;
}

interface Kept<V> {
  readonly value: V;
  /** Since when it has not been read from the store, Unix ms. */
  readonly bornMs: number;
  usedMs: number;
}

/**
 * Entries of one kind that also expire: some time after their last use, and, should one ever be
 * wrong, at an age that no use extends.
 */
class Shelf<K, V> {
  readonly #clock: Clock;
  readonly #entries: LruShelf<K, Kept<V>>;

  constructor(clock: Clock, memory: LruMap<unknown, unknown>) {
    this.#clock = clock;
    this.#entries = new LruShelf(memory);
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    if (nowMs - entry.usedMs < LIMITS.leaderTtlMs && nowMs - entry.bornMs < LIMITS.leaderAgeMaxMs) {
      entry.usedMs = nowMs;
      return entry.value;
    }
    this.#entries.delete(key);
    return undefined;
  }

  set(key: K, value: V, bytes: number): void {
    const nowMs = this.#clock.nowMs();
    this.#entries.set(key, { value, bornMs: nowMs, usedMs: nowMs }, bytes);
  }

  /** A change of what was there does not make it younger. */
  change(key: K, value: V, bytes: number): void {
    const known = this.#entries.get(key);
    if (known === undefined) this.set(key, value, bytes);
    else this.#entries.set(key, { ...known, value }, bytes);
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }
}

interface Change {
  readonly key: AssocKey;
  /** null: removed. */
  readonly assoc: Assoc | null;
}

/** The edges of a commit by list. */
function changesOf({ assocs, removedAssocs }: Commit): Map<string, Change[]> {
  const changes: Change[] = [
    ...removedAssocs.map((key) => ({ key, assoc: null })),
    ...assocs.map((assoc) => ({ key: assoc, assoc })),
  ];
  return Map.groupBy(changes, ({ key }) => listKey(key.id1, key.atype));
}

/** The newest edges after `changes`, as far down as they were known; null when that is nowhere. */
function changed(cell: ListCell, changes: readonly Change[]): readonly Assoc[] | null {
  const { prefix } = cell;
  if (prefix === null || changes.length === 0) return prefix;
  // Below the last known edge of a longer list there are others that are not known.
  const last = isWholeCell(cell) ? null : prefix.at(-1);
  if (last === undefined) return null;
  const gone = new Set(changes.map(({ key }) => key.id2));
  const kept = prefix.filter(({ id2 }) => !gone.has(id2));
  const added = changes.flatMap(({ assoc }) =>
    assoc !== null && (last === null || compareListOrder(assoc, last) <= 0) ? assoc : [],
  );
  const merged = [...kept, ...added].toSorted(compareListOrder).slice(0, LIMITS.listEntriesMax);
  return merged.length === 0 ? null : merged;
}
