import type { Id, LogicalShard } from "../ids.ts";
import { assocKey, listKey } from "./keys.ts";
import type { LogEntry, Mutation } from "./log.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { AssocKey, Commit, IntentRow, ListRow, ObjectRow, OpRow, PlanRows } from "./store.ts";
import type { Assoc, AssocType } from "./types.ts";
import type { Version } from "./version.ts";

/**
 * The shard as a group of writes sees it while it is planned: what the store had,
 * overlaid with what earlier writes of the group did. A request that fails is undone,
 * so that the others of its group commit without it.
 */
export class Draft {
  readonly #epoch: number;
  #seq: number;
  readonly #objects = new Map<Id, ObjectRow>();
  readonly #assocs = new Map<string, Assoc | null>();
  readonly #lists = new Map<string, ListRow>();
  readonly #ops = new Map<string, OpRow>();
  readonly #lastIds: Map<LogicalShard, Id>;
  readonly #sources = new Map<PhysicalShard, Version>();
  readonly #dirty = {
    objects: new Set<Id>(),
    assocs: new Map<string, AssocKey>(),
    lists: new Set<string>(),
    ops: new Set<string>(),
    sources: new Set<PhysicalShard>(),
  };
  #intents: IntentRow[] = [];
  #entries: LogEntry[] = [];
  #undo: (() => void)[] = [];

  constructor(head: Version, rows: PlanRows) {
    this.#epoch = head.epoch;
    this.#seq = head.seq;
    for (const row of rows.objects) this.#objects.set(row.id, row);
    for (const row of rows.assocs) this.#assocs.set(assocKey(row), row);
    for (const row of rows.lists) this.#lists.set(listKey(row.id1, row.atype), row);
    for (const row of rows.ops) this.#ops.set(row.opId, row);
    for (const row of rows.sources) this.#sources.set(row.shard, row.version);
    this.#lastIds = new Map(rows.lastIds);
  }

  get head(): Version {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  object = (id: Id): ObjectRow | null => this.#objects.get(id) ?? null;
  assoc = (key: AssocKey): Assoc | null => this.#assocs.get(assocKey(key)) ?? null;
  list = (id1: Id, atype: AssocType): ListRow | null =>
    this.#lists.get(listKey(id1, atype)) ?? null;
  op = (opId: string): OpRow | null => this.#ops.get(opId) ?? null;
  lastId = (shard: LogicalShard): Id | null => this.#lastIds.get(shard) ?? null;
  source = (shard: PhysicalShard): Version | null => this.#sources.get(shard) ?? null;

  /** Logged so far by the request that is being attempted. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** Takes the next place in the log for `mutation`. */
  log(prev: Version | null, mutation: Mutation): Version {
    this.#seq++;
    this.#entries.push({ seq: this.#seq, prev, mutation });
    return this.head;
  }

  putObject(row: ObjectRow): void {
    this.#set(this.#objects, row.id, row);
    this.#dirty.objects.add(row.id);
  }

  /** `assoc` null removes the edge. */
  putAssoc(key: AssocKey, assoc: Assoc | null): void {
    const text = assocKey(key);
    this.#set(this.#assocs, text, assoc);
    this.#dirty.assocs.set(text, key);
  }

  putList(row: ListRow): void {
    const key = listKey(row.id1, row.atype);
    this.#set(this.#lists, key, row);
    this.#dirty.lists.add(key);
  }

  putOp(row: OpRow): void {
    this.#set(this.#ops, row.opId, row);
    this.#dirty.ops.add(row.opId);
  }

  putLastId(shard: LogicalShard, id: Id): void {
    this.#set(this.#lastIds, shard, id);
  }

  putSource(shard: PhysicalShard, version: Version): void {
    this.#set(this.#sources, shard, version);
    this.#dirty.sources.add(shard);
  }

  addIntent(intent: IntentRow): void {
    this.#intents.push(intent);
  }

  /** Runs one request's writes and undoes all of them when they fail. Says what they logged. */
  attempt<R extends { readonly ok: boolean }>(
    writes: () => R,
  ): { readonly outcome: R; readonly entries: readonly LogEntry[] } {
    const [seq, intents] = [this.#seq, this.#intents.length];
    this.#undo = [];
    this.#entries = [];
    const outcome = writes();
    if (!outcome.ok) {
      for (const undo of this.#undo.toReversed()) undo();
      this.#seq = seq;
      this.#intents.length = intents;
      this.#entries = [];
    }
    return { outcome, entries: this.#entries };
  }

  /** What to make durable. A key that was touched and undone is written as it was, harmlessly. */
  changes(): Omit<Commit, "records"> {
    const present = <K, V>(keys: Iterable<K>, map: ReadonlyMap<K, V>): V[] =>
      [...keys].flatMap((key) => map.get(key) ?? []);
    const assocs = [...this.#dirty.assocs].map(([text, key]) => ({
      key,
      row: this.#assocs.get(text),
    }));
    return {
      head: this.head,
      objects: present(this.#dirty.objects, this.#objects),
      assocs: assocs.flatMap(({ row }) => row ?? []),
      removedAssocs: assocs.flatMap(({ key, row }) => (row ? [] : [key])),
      lists: present(this.#dirty.lists, this.#lists),
      ops: present(this.#dirty.ops, this.#ops),
      intents: this.#intents,
      sources: [...this.#dirty.sources].flatMap((shard) => {
        const version = this.#sources.get(shard);
        return version === undefined ? [] : [{ shard, version }];
      }),
    };
  }

  #set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const old = map.get(key);
    this.#undo.push(() => {
      if (old === undefined) map.delete(key);
      else map.set(key, old);
    });
    map.set(key, value);
  }
}
