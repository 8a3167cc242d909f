import { type Id, type LogicalShard, shardOf } from "../core/ids.ts";
import { assocKey, listKey } from "../core/tao/keys.ts";
import type { LogRecord } from "../core/tao/log.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type {
  AssocKey,
  IntentRow,
  ListKey,
  ListRow,
  ObjectRow,
  OpRow,
  SourceRow,
} from "../core/tao/store.ts";
import type { Assoc } from "../core/tao/types.ts";
import { compareVersions } from "../core/tao/version.ts";
import type { LogRow } from "./mysql-log.ts";

/** An edge as the log left it; `assoc` null when it was removed. */
export interface EdgeChange {
  readonly key: AssocKey;
  readonly assoc: Assoc | null;
}

/** The end state of every key that some rows of the log touched: what the tables lack. */
export class Memtable {
  readonly objects = new Map<Id, ObjectRow>();
  readonly lists = new Map<string, ListRow>();
  readonly ops = new Map<string, OpRow>();
  readonly sources = new Map<PhysicalShard, SourceRow>();
  intents: readonly IntentRow[] = [];
  /** Edges by list, so that a range finds those of its own. */
  readonly #edges = new Map<string, Map<string, EdgeChange>>();

  constructor(rows: readonly LogRow[] = []) {
    for (const row of rows) this.apply(row);
  }

  apply({ record, effects }: LogRow): void {
    if (record !== null) this.#applyRecord(record);
    if (effects === null) return;
    for (const op of effects.ops) this.ops.set(op.opId, op);
    for (const source of effects.sources) this.sources.set(source.shard, source);
    if (effects.intents.length > 0) this.intents = [...this.intents, ...effects.intents];
  }

  get edges(): readonly EdgeChange[] {
    return [...this.#edges.values()].flatMap((edges) => [...edges.values()]);
  }

  edge = (key: AssocKey): EdgeChange | undefined =>
    this.#edges.get(listKey(key.id1, key.atype))?.get(assocKey(key));

  edgesOf = ({ id1, atype }: ListKey): readonly EdgeChange[] => [
    ...(this.#edges.get(listKey(id1, atype))?.values() ?? []),
  ];

  /** The largest id of a logical shard among the objects here. */
  lastId(shard: LogicalShard): Id | null {
    let last: Id | null = null;
    for (const id of this.objects.keys())
      if (shardOf(id) === shard && (last === null || id > last)) last = id;
    return last;
  }

  #applyRecord({ epoch, entries }: LogRecord): void {
    for (const { seq, mutation } of entries) {
      const version = { epoch, seq };
      if (mutation.kind === "object") {
        const { id, otype, data } = mutation;
        this.objects.set(id, { id, otype, data, version });
        continue;
      }
      const { id1, atype, id2, timeMs, data, count } = mutation;
      const key = { id1, atype, id2 };
      const assoc = data === null ? null : { ...key, timeMs, data, version };
      const list = listKey(id1, atype);
      const edges = this.#edges.get(list) ?? new Map<string, EdgeChange>();
      edges.set(assocKey(key), { key, assoc });
      this.#edges.set(list, edges);
      this.lists.set(list, { id1, atype, count, version });
    }
  }
}

export const isUpTo =
  (target: PhysicalShard, upTo: Parameters<typeof compareVersions>[0]) =>
  (intent: IntentRow): boolean =>
    intent.target === target && compareVersions(intent.inverse.source, upTo) <= 0;
