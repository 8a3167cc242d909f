import type { Id } from "../core/ids.ts";
import { assocKey, listKey } from "../core/tao/keys.ts";
import { newestOf, prefixesFrom } from "../core/tao/prefix.ts";
import type { ListPrefix } from "../core/tao/service.ts";
import type {
  AssocKey,
  ListKey,
  ListRow,
  ObjectRow,
  PlanKeys,
  PlanRows,
  PrefixQuery,
  RangeQuery,
} from "../core/tao/store.ts";
import { type Assoc, compareListOrder } from "../core/tao/types.ts";
import type { EdgeChange, Memtable } from "./mysql-memtable.ts";
import type { FoundPrefixes } from "./mysql-reads.ts";

/**
 * What the memtable knows, laid over what the tables answer. Each function notes the
 * memtable's part at once and returns how to merge it: the memtable moves on while the
 * query is under way, and an answer must not mix the two moments.
 */
type Merge<Rows> = (found: Rows) => Rows;

export function overObjects(table: Memtable, ids: readonly Id[]): Merge<readonly ObjectRow[]> {
  const newer = new Map(ids.flatMap((id) => entry(id, table.objects.get(id))));
  return (found) => [...found.filter(({ id }) => !newer.has(id)), ...newer.values()];
}

export function overAssocs(table: Memtable, keys: readonly AssocKey[]): Merge<readonly Assoc[]> {
  const newer = new Map(keys.flatMap((key) => entry(assocKey(key), table.edge(key))));
  return (found) => [
    ...found.filter((assoc) => !newer.has(assocKey(assoc))),
    ...[...newer.values()].flatMap(({ assoc }) => assoc ?? []),
  ];
}

export function overLists(table: Memtable, keys: readonly ListKey[]): Merge<readonly ListRow[]> {
  const keyed = keys.map(({ id1, atype }) => listKey(id1, atype));
  const newer = new Map(keyed.flatMap((key) => entry(key, table.lists.get(key))));
  return (found) => [
    ...found.filter(({ id1, atype }) => !newer.has(listKey(id1, atype))),
    ...newer.values(),
  ];
}

/** A range over the tables that survives the memtable's changes: as many rows more as may drop out. */
export function overRange(
  table: Memtable,
  query: RangeQuery,
): { readonly wider: RangeQuery; readonly merge: Merge<readonly Assoc[]> } {
  const changes: readonly EdgeChange[] = table.edgesOf(query);
  const changed = new Set(changes.map(({ key }) => assocKey(key)));
  const live = changes.flatMap(({ assoc }) =>
    assoc !== null && isWithin(query, assoc) ? assoc : [],
  );
  return {
    wider: { ...query, limit: query.limit + changes.length },
    merge: (found) =>
      [...found.filter((assoc) => !changed.has(assocKey(assoc))), ...live]
        .toSorted(compareListOrder)
        .slice(0, query.limit),
  };
}

export function overPrefixes(
  table: Memtable,
  queries: readonly PrefixQuery[],
): {
  readonly asked: readonly RangeQuery[];
  readonly merge: (found: FoundPrefixes) => readonly ListPrefix[];
} {
  const rows = overLists(table, queries);
  const ranges = queries.map((query) => overRange(table, newestOf(query)));
  return {
    // Who wants no edges needs none of the tables' either.
    asked: ranges.map(({ wider }, place) =>
      queries[place]?.limit === 0 ? { ...wider, limit: 0 } : wider,
    ),
    merge: (found) => {
      const pages = ranges.map(({ merge }, place) => merge(found.pages[place] ?? []));
      return prefixesFrom(queries, rows(found.rows), pages);
    },
  };
}

function isWithin({ after, highMs, lowMs }: RangeQuery, assoc: Assoc): boolean {
  const { timeMs } = assoc;
  if (timeMs > (highMs ?? Number.POSITIVE_INFINITY) || timeMs < (lowMs ?? 0)) return false;
  return after === null || compareListOrder(after, assoc) < 0;
}

export function overPlan(table: Memtable, keys: PlanKeys): Merge<PlanRows> {
  const objects = overObjects(table, keys.objects);
  const assocs = overAssocs(table, keys.assocs);
  const lists = overLists(table, keys.lists);
  const ops = new Map(keys.opIds.flatMap((opId) => entry(opId, table.ops.get(opId))));
  const sources = new Map(keys.sources.flatMap((shard) => entry(shard, table.sources.get(shard))));
  const lastIds = keys.idShards.flatMap((shard) => entry(shard, table.lastId(shard)));
  return (found) => {
    const last = new Map(found.lastIds);
    for (const [shard, id] of lastIds) if (id > (last.get(shard) ?? -1n)) last.set(shard, id);
    return {
      objects: objects(found.objects),
      assocs: assocs(found.assocs),
      lists: lists(found.lists),
      ops: [...found.ops.filter(({ opId }) => !ops.has(opId)), ...ops.values()],
      lastIds: last,
      sources: [...found.sources.filter(({ shard }) => !sources.has(shard)), ...sources.values()],
    };
  };
}

const entry = <K, V>(key: K, value: V | null | undefined): [K, V][] =>
  value === null || value === undefined ? [] : [[key, value]];
