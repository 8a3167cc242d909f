import type { Id } from "../ids.ts";
import { assocKey, listKey } from "./keys.ts";
import type { LeaderCells } from "./leader-cells.ts";
import type { ListPrefix } from "./service.ts";
import type {
  AssocKey,
  ListKey,
  ListRow,
  ObjectRow,
  PlanKeys,
  PlanRows,
  PrefixQuery,
  RangeQuery,
} from "./store.ts";
import type { Assoc } from "./types.ts";

/** One key that a store is asked for, beside others. */
export type KeyItem =
  | { readonly kind: "object"; readonly id: Id }
  | { readonly kind: "point"; readonly key: AssocKey }
  | { readonly kind: "list"; readonly key: ListKey };

/** The rows of one query, by key. */
export interface Rows {
  readonly objects: ReadonlyMap<Id, ObjectRow>;
  readonly points: ReadonlyMap<string, Assoc>;
  readonly lists: ReadonlyMap<string, ListRow>;
}

export const objectKey = (id: Id): string => id.toString(32);

/** Two ranges with the same text are the same range. */
export const pageKey = ({ id1, atype, after, highMs, lowMs, limit }: RangeQuery): string =>
  [listKey(id1, atype), after?.timeMs, after?.id2.toString(32), highMs, lowMs, limit].join("|");

export const itemsOf = ({ objects, assocs, lists }: PlanKeys): KeyItem[] => [
  ...objects.map((id) => ({ kind: "object", id }) as const),
  ...assocs.map((key) => ({ kind: "point", key }) as const),
  ...lists.map((key) => ({ kind: "list", key }) as const),
];

/** Through `planRows`, which answers for all kinds at once, and for deleted objects too. */
export const planOf = (items: readonly KeyItem[]): PlanKeys => ({
  objects: items.flatMap((item) => (item.kind === "object" ? item.id : [])),
  assocs: items.flatMap((item) => (item.kind === "point" ? item.key : [])),
  lists: items.flatMap((item) => (item.kind === "list" ? item.key : [])),
  opIds: [],
  idShards: [],
  sources: [],
});

export const rowsOf = ({ objects, assocs, lists }: PlanRows): Rows => ({
  objects: new Map(objects.map((row) => [row.id, row])),
  points: new Map(assocs.map((assoc) => [assocKey(assoc), assoc])),
  lists: new Map(lists.map((row) => [listKey(row.id1, row.atype), row])),
});

/** A list may be asked for twice: the longer answer serves both. */
export function longest(
  queries: readonly PrefixQuery[],
  found: readonly ListPrefix[],
): ReadonlyMap<string, ListPrefix> {
  const answers = new Map<string, ListPrefix>();
  for (const [place, { id1, atype }] of queries.entries()) {
    const prefix = found[place];
    const known = answers.get(listKey(id1, atype));
    if (prefix !== undefined && prefix.assocs.length >= (known?.assocs.length ?? 0))
      answers.set(listKey(id1, atype), prefix);
  }
  return answers;
}

/** What memory knows of a plan's rows, and the keys that only the store can answer; null: none. */
export function recall(
  cells: LeaderCells,
  keys: PlanKeys,
): { readonly rows: PlanRows; readonly missing: PlanKeys | null } {
  const objects = split(keys.objects, cells.object);
  const assocs = split(keys.assocs, (key) => cells.point(key));
  const lists = split(keys.lists, ({ id1, atype }) => cells.list(listKey(id1, atype))?.row);
  const sources = split(keys.sources, cells.source);
  const lastIds = keys.idShards.map((shard) => [shard, cells.lastId(shard)] as const);
  const missing = {
    objects: objects.missing,
    assocs: assocs.missing,
    lists: lists.missing,
    // Whether one is new, only the store can tell.
    opIds: keys.opIds,
    idShards: lastIds.flatMap(([shard, id]) => (id === undefined ? shard : [])),
    sources: sources.missing,
  };
  const rows = {
    objects: objects.known,
    assocs: assocs.known,
    lists: lists.known,
    ops: [],
    lastIds: new Map(lastIds.flatMap(([shard, id]) => (id ? [[shard, id] as const] : []))),
    sources: sources.known,
  };
  const isComplete = Object.values(missing).every((part) => part.length === 0);
  return { rows, missing: isComplete ? null : missing };
}

function split<K, V>(keys: readonly K[], find: (key: K) => V | null | undefined) {
  const known: V[] = [];
  const missing: K[] = [];
  for (const key of keys) {
    const value = find(key);
    if (value === undefined) missing.push(key);
    else if (value !== null) known.push(value);
  }
  return { known, missing };
}
