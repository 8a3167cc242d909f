import type { Clock } from "../clock.ts";
import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { assocKey, listKey } from "./keys.ts";
import { edgeFrom, type LeaderCells, type ListCell } from "./leader-cells.ts";
import {
  itemsOf,
  type KeyItem,
  longest,
  objectKey,
  pageKey,
  planOf,
  type Rows,
  rowsOf,
} from "./leader-queries.ts";
import type { LogRecord } from "./log.ts";
import { QueryGate, QueryLane } from "./query-lane.ts";
import type { ListPrefix } from "./service.ts";
import type {
  AssocKey,
  Commit,
  GraphStore,
  ListKey,
  ListRow,
  ObjectRow,
  PlanKeys,
  PlanRows,
  PrefixQuery,
  RangeQuery,
} from "./store.ts";
import type { Assoc } from "./types.ts";
import { formatVersion, type Version } from "./version.ts";

/** Edges that are read of a list at least: a follower's prefix, and whether there is more. */
const LOADED = LIMITS.listPrefix + 1;

/**
 * What a leader's memory asks its store for: one query on its way per key, keys together,
 * few queries at once. What comes back is kept, unless a commit has overtaken it.
 */
export class LeaderLoads {
  readonly #store: GraphStore;
  readonly #cells: LeaderCells;
  readonly #gate = new QueryGate(LIMITS.leaderQueriesMax);
  readonly #keys: QueryLane<KeyItem, Rows>;
  readonly #prefixes: QueryLane<PrefixQuery, ReadonlyMap<string, ListPrefix>>;
  readonly #pages: QueryLane<RangeQuery, ReadonlyMap<string, readonly Assoc[]>>;
  readonly #tails: QueryLane<[after: Version, limit: number], readonly LogRecord[] | null>;
  #plans = 0;
  /** Edges that were asked for once more, because a list turned out too long to tell. */
  again = 0;

  constructor(store: GraphStore, cells: LeaderCells, clock: Clock) {
    this.#store = store;
    this.#cells = cells;
    const any = () => true;
    this.#keys = new QueryLane(this.#gate, {
      clock,
      fetch: async (items) => rowsOf(await store.planRows(planOf(items))),
      keep: (item, rows) => this.#keepKey(item, rows),
      covers: any,
      itemsMax: LIMITS.leaderQueryKeysMax,
    });
    this.#prefixes = new QueryLane(this.#gate, {
      clock,
      fetch: async (items) => longest(items, await store.prefixes(items)),
      keep: (item, found) => this.#keepPrefix(item, found.get(listKey(item.id1, item.atype))),
      covers: (known, wanted) => known.limit >= wanted.limit,
      itemsMax: LIMITS.leaderQueryListsMax,
    });
    this.#pages = new QueryLane<RangeQuery, ReadonlyMap<string, readonly Assoc[]>>(this.#gate, {
      clock,
      fetch: async (items) => {
        const found = await store.ranges(items);
        return new Map(items.map((item, place) => [pageKey(item), found[place] ?? []]));
      },
      // Somewhere in a long list: not worth its bytes.
      keep: () => undefined,
      covers: any,
      itemsMax: LIMITS.leaderQueryListsMax,
    });
    this.#tails = new QueryLane(this.#gate, {
      clock,
      fetch: async ([item]) => (item === undefined ? null : store.logAfter(...item)),
      keep: () => undefined,
      covers: any,
      itemsMax: 1,
    });
  }

  get queries(): number {
    return this.#gate.queries + this.#plans;
  }

  get coalesced(): number {
    return this.#keys.joined + this.#prefixes.joined + this.#pages.joined + this.#tails.joined;
  }

  async object(id: Id): Promise<ObjectRow | null> {
    const rows = await this.#keys.load(objectKey(id), { kind: "object", id });
    return rows.objects.get(id) ?? null;
  }

  /** Of a list that may be short, the list: whoever asks for one edge of it asks for others. */
  async point(key: AssocKey): Promise<Assoc | null> {
    const list = this.#cells.list(listKey(key.id1, key.atype));
    if (list === undefined || isWorthLoading(list)) {
      const { id1, atype, id2 } = key;
      const { count, version, assocs } = await this.prefix({ id1, atype, limit: LOADED });
      const row = version === null ? null : { id1, atype, count, version };
      const edge = edgeFrom({ row, prefix: assocs }, id2);
      if (edge !== undefined) return edge;
      this.again++;
    }
    const text = assocKey(key);
    return (await this.#keys.load(text, { kind: "point", key })).points.get(text) ?? null;
  }

  async row(key: ListKey): Promise<ListRow | null> {
    const text = listKey(key.id1, key.atype);
    return (await this.#keys.load(text, { kind: "list", key })).lists.get(text) ?? null;
  }

  async prefix(query: PrefixQuery): Promise<ListPrefix> {
    const { id1, atype, limit } = query;
    if (limit === 0) {
      const row = await this.row(query);
      return { count: row?.count ?? 0, version: row?.version ?? null, assocs: [] };
    }
    const key = listKey(id1, atype);
    const wider = { id1, atype, limit: Math.max(limit, LOADED) };
    const found = (await this.#prefixes.load(key, wider)).get(key);
    if (found === undefined) throw new Error(`no answer for list ${key}`);
    return { ...found, assocs: found.assocs.slice(0, limit) };
  }

  async range(query: RangeQuery): Promise<readonly Assoc[]> {
    const { after, highMs, lowMs } = query;
    const isTop = after === null && highMs === undefined && lowMs === undefined;
    if (isTop) return (await this.prefix(query)).assocs;
    const key = pageKey(query);
    return (await this.#pages.load(key, query)).get(key) ?? [];
  }

  tail(after: Version, limit: number): Promise<readonly LogRecord[] | null> {
    return this.#tails.load(`${formatVersion(after)}:${limit}`, [after, limit]);
  }

  /** A plan does not stand in line: writes come first, and there is one at a time. */
  plan(keys: PlanKeys): Promise<PlanRows> {
    this.#plans++;
    return this.#store.planRows(keys);
  }

  keepPlan(keys: PlanKeys, found: PlanRows): void {
    const rows = rowsOf(found);
    for (const item of itemsOf(keys)) this.#keepKey(item, rows);
    for (const shard of keys.idShards)
      this.#cells.putLastId(shard, found.lastIds.get(shard) ?? null);
    for (const shard of keys.sources) {
      const row = found.sources.find((source) => source.shard === shard);
      this.#cells.putSource(shard, row ?? null);
    }
  }

  /** `commit` is durable: what was asked before may have been answered before. */
  overtake(commit: Commit): void {
    for (const { id } of commit.objects) this.#keys.overtake(objectKey(id));
    for (const key of [...commit.assocs, ...commit.removedAssocs])
      this.#keys.overtake(assocKey(key));
    for (const { id1, atype } of [...commit.lists, ...commit.assocs, ...commit.removedAssocs]) {
      const key = listKey(id1, atype);
      this.#keys.overtake(key);
      this.#prefixes.overtake(key);
    }
    this.#pages.overtakeAll();
    this.#tails.overtakeAll();
  }

  overtakeAll(): void {
    this.#keys.overtakeAll();
    this.#prefixes.overtakeAll();
    this.#pages.overtakeAll();
    this.#tails.overtakeAll();
  }

  #keepKey(item: KeyItem, rows: Rows): void {
    if (item.kind === "object") {
      this.#cells.putObject(item.id, rows.objects.get(item.id) ?? null);
    } else if (item.kind === "point") {
      const key = assocKey(item.key);
      this.#cells.putPoint(key, rows.points.get(key) ?? null);
    } else {
      const key = listKey(item.key.id1, item.key.atype);
      const row = rows.lists.get(key) ?? null;
      this.#cells.putList(key, { row, prefix: (row?.count ?? 0) === 0 ? [] : null });
    }
  }

  #keepPrefix({ id1, atype }: PrefixQuery, found: ListPrefix | undefined): void {
    if (found === undefined) return;
    const { count, version, assocs } = found;
    const row = version === null ? null : { id1, atype, count, version };
    this.#cells.putList(listKey(id1, atype), { row, prefix: assocs });
  }
}

/** Its length is known, its edges are not, and they are few. */
const isWorthLoading = ({ row, prefix }: ListCell): boolean =>
  prefix === null && (row?.count ?? 0) <= LOADED;
