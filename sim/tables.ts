import { type Id, idRange, type LogicalShard, shardOf } from "../core/ids.ts";
import { listKey } from "../core/tao/keys.ts";
import type { ListPrefix } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type {
  AssocKey,
  Commit,
  IntentRow,
  ListKey,
  ListRow,
  ObjectRow,
  OpRow,
  PlanKeys,
  PlanRows,
  PrefixQuery,
  RangeQuery,
} from "../core/tao/store.ts";
import { type Assoc, compareListOrder, type TaoObject } from "../core/tao/types.ts";
import { compareVersions, type Version } from "../core/tao/version.ts";

/** What the rows of a shard's log add up to. */
export class Tables {
  head: Version = { epoch: 1, seq: 0 };
  readonly followers = new Set<string>();
  readonly #objects = new Map<Id, ObjectRow>();
  readonly #lists = new Map<string, ListRow & { readonly edges: Map<Id, Assoc> }>();
  readonly #ops = new Map<string, OpRow>();
  readonly #sources = new Map<PhysicalShard, Version>();
  readonly #lastIds = new Map<LogicalShard, Id>();
  readonly #intents: IntentRow[] = [];

  planRows(keys: PlanKeys): PlanRows {
    return {
      objects: keys.objects.flatMap((id) => this.#objects.get(id) ?? []),
      assocs: this.assocs(keys.assocs),
      lists: this.lists(keys.lists),
      ops: keys.opIds.flatMap((opId) => this.#ops.get(opId) ?? []),
      lastIds: new Map([...this.#lastIds].filter(([shard]) => keys.idShards.includes(shard))),
      sources: keys.sources.flatMap((shard) => {
        const version = this.#sources.get(shard);
        return version === undefined ? [] : { shard, version };
      }),
    };
  }

  take({ head, commit }: { readonly head: Version; readonly commit: Commit | null }): void {
    this.head = head;
    if (commit === null) return;
    for (const row of commit.objects) this.#putObject(row);
    for (const { id1, atype, count, version } of commit.lists) {
      const edges = this.#list({ id1, atype })?.edges ?? new Map<Id, Assoc>();
      this.#lists.set(listKey(id1, atype), { id1, atype, count, version, edges });
    }
    for (const key of commit.removedAssocs) this.#list(key)?.edges.delete(key.id2);
    for (const row of commit.assocs) this.#list(row)?.edges.set(row.id2, row);
    for (const row of commit.ops) this.#ops.set(row.opId, row);
    for (const { shard, version } of commit.sources) this.#sources.set(shard, version);
    this.#intents.push(...commit.intents);
  }

  objects(ids: readonly Id[]): readonly TaoObject[] {
    return ids.flatMap((id) => {
      const row = this.#objects.get(id);
      return row === undefined || row.data === null ? [] : { ...row, data: row.data };
    });
  }

  assocs(keys: readonly AssocKey[]): readonly Assoc[] {
    return keys.flatMap((key) => this.#list(key)?.edges.get(key.id2) ?? []);
  }

  lists(keys: readonly ListKey[]): readonly ListRow[] {
    return keys.flatMap((key) => {
      const list = this.#list(key);
      if (list === undefined) return [];
      const { id1, atype, count, version } = list;
      return { id1, atype, count, version };
    });
  }

  range({ id1, atype, after, highMs, lowMs, limit }: RangeQuery): readonly Assoc[] {
    return [...(this.#list({ id1, atype })?.edges.values() ?? [])]
      .filter(
        (assoc) =>
          (after === null || compareListOrder(after, assoc) < 0) &&
          assoc.timeMs <= (highMs ?? Number.POSITIVE_INFINITY) &&
          assoc.timeMs >= (lowMs ?? 0),
      )
      .toSorted(compareListOrder)
      .slice(0, limit);
  }

  prefix({ id1, atype, limit }: PrefixQuery): ListPrefix {
    const list = this.#list({ id1, atype });
    const assocs = limit === 0 ? [] : this.range({ id1, atype, after: null, limit });
    return { count: list?.count ?? 0, version: list?.version ?? null, assocs };
  }

  /** Intents that have not reached their target yet, oldest first. */
  intents(limitPerTarget: number, reached: (target: PhysicalShard) => Version) {
    const taken = new Map<PhysicalShard, number>();
    return this.#intents.filter(({ target, inverse }) => {
      if (compareVersions(inverse.source, reached(target)) <= 0) return false;
      const count = (taken.get(target) ?? 0) + 1;
      taken.set(target, count);
      return count <= limitPerTarget;
    });
  }

  /** Everything that is stored, for the checkers. */
  dump() {
    const lists = [...this.#lists.values()];
    return {
      objects: [...this.#objects.values()],
      lists: lists.map(({ id1, atype, count, version }) => ({ id1, atype, count, version })),
      assocs: lists.flatMap(({ edges }) => [...edges.values()]),
    };
  }

  #list = (key: ListKey) => this.#lists.get(listKey(key.id1, key.atype));

  #putObject(row: ObjectRow): void {
    this.#objects.set(row.id, row);
    const shard = shardOf(row.id);
    const last = this.#lastIds.get(shard) ?? idRange(shard).from;
    if (row.id >= last) this.#lastIds.set(shard, row.id);
  }
}
