import type { Id, LogicalShard } from "../../core/ids.ts";
import { idRange } from "../../core/ids.ts";
import { assocKey, listKey } from "../../core/tao/keys.ts";
import { assertFollows, endOf, firstSeq, lastSeq, type LogRecord } from "../../core/tao/log.ts";
import { newestOf, prefixesFrom } from "../../core/tao/prefix.ts";
import type { ListPrefix } from "../../core/tao/service.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import {
  type AssocKey,
  type Commit,
  DeposedError,
  type GraphStore,
  type IntentRow,
  type ListKey,
  type ListRow,
  type ObjectRow,
  type OpRow,
  type PlanKeys,
  type PlanRows,
  type PrefixQuery,
  type RangeQuery,
} from "../../core/tao/store.ts";
import { type Assoc, compareListOrder, type TaoObject } from "../../core/tao/types.ts";
import { compareVersions, type Version } from "../../core/tao/version.ts";

/** The truth of one shard in maps. Like a real one it answers later, and refuses while it is away. */
export class MemoryStore implements GraphStore {
  isAway = false;
  /** Commits, in order: what a test counts. */
  readonly commits: Commit[] = [];
  #head: Version = { epoch: 1, seq: 0 };
  readonly #objects = new Map<Id, ObjectRow>();
  readonly #assocs = new Map<string, Assoc>();
  readonly #lists = new Map<string, ListRow>();
  readonly #ops = new Map<string, OpRow>();
  readonly #sources = new Map<PhysicalShard, Version>();
  readonly #followers = new Set<string>();
  #log: LogRecord[] = [];
  #intents: IntentRow[] = [];

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.isAway) throw new Error("the store is away");
  }

  /** As a leader of `epoch`: an older one can neither open nor commit afterwards. */
  async open(epoch: number): Promise<this> {
    await this.#answer();
    if (epoch < this.#head.epoch) throw new DeposedError(`epoch ${this.#head.epoch} has begun`);
    this.#head = { ...this.#head, epoch };
    return this;
  }

  async head(): Promise<Version> {
    await this.#answer();
    return this.#head;
  }

  async planRows(keys: PlanKeys): Promise<PlanRows> {
    await this.#answer();
    return {
      objects: keys.objects.flatMap((id) => this.#objects.get(id) ?? []),
      assocs: this.#pickAssocs(keys.assocs),
      lists: this.#pickLists(keys.lists),
      ops: keys.opIds.flatMap((opId) => this.#ops.get(opId) ?? []),
      lastIds: new Map(keys.idShards.flatMap((shard) => this.#lastId(shard))),
      sources: keys.sources.flatMap((shard) => {
        const version = this.#sources.get(shard);
        return version === undefined ? [] : { shard, version };
      }),
    };
  }

  async commit(commit: Commit): Promise<void> {
    await this.#answer();
    if (commit.head.epoch < this.#head.epoch) throw new DeposedError("another epoch has begun");
    assertFollows(commit, this.#head);
    this.commits.push(commit);
    this.#head = commit.head;
    this.#log.push(...commit.records);
    for (const row of commit.objects) this.#objects.set(row.id, row);
    for (const key of commit.removedAssocs) this.#assocs.delete(assocKey(key));
    for (const row of commit.assocs) this.#assocs.set(assocKey(row), row);
    for (const row of commit.lists) this.#lists.set(listKey(row.id1, row.atype), row);
    for (const row of commit.ops) this.#ops.set(row.opId, row);
    for (const { shard, version } of commit.sources) this.#sources.set(shard, version);
    this.#intents.push(...commit.intents);
  }

  async objects(ids: readonly Id[]): Promise<readonly TaoObject[]> {
    await this.#answer();
    return ids.flatMap((id) => {
      const row = this.#objects.get(id);
      return row === undefined || row.data === null ? [] : { ...row, data: row.data };
    });
  }

  async assocs(keys: readonly AssocKey[]): Promise<readonly Assoc[]> {
    await this.#answer();
    return this.#pickAssocs(keys);
  }

  async ranges(queries: readonly RangeQuery[]): Promise<readonly (readonly Assoc[])[]> {
    await this.#answer();
    return this.#pickRanges(queries);
  }

  async prefixes(queries: readonly PrefixQuery[]): Promise<readonly ListPrefix[]> {
    await this.#answer();
    return prefixesFrom(queries, this.#pickLists(queries), this.#pickRanges(queries.map(newestOf)));
  }

  #pickRanges(queries: readonly RangeQuery[]): Assoc[][] {
    return queries.map(({ id1, atype, after, highMs, lowMs, limit }) =>
      [...this.#assocs.values()]
        .filter((assoc) => assoc.id1 === id1 && assoc.atype === atype)
        .filter((assoc) => after === null || compareListOrder(after, assoc) < 0)
        .filter(
          (assoc) =>
            assoc.timeMs <= (highMs ?? Number.POSITIVE_INFINITY) && assoc.timeMs >= (lowMs ?? 0),
        )
        .toSorted(compareListOrder)
        .slice(0, limit),
    );
  }

  async lists(keys: readonly ListKey[]): Promise<readonly ListRow[]> {
    await this.#answer();
    return this.#pickLists(keys);
  }

  async logAfter(after: Version, limit: number): Promise<readonly LogRecord[] | null> {
    await this.#answer();
    const found = this.#log
      .filter((record) => compareVersions(endOf(record), after) > 0)
      .slice(0, limit);
    const first = found[0];
    return first === undefined || firstSeq(first) > after.seq + 1 ? null : found;
  }

  async trim(logBeforeMs: number, opsBeforeMs: number): Promise<void> {
    await this.#answer();
    this.#log = this.#log.filter(
      (record) => record.timeMs >= logBeforeMs || lastSeq(record) === this.#head.seq,
    );
    for (const op of this.#ops.values()) if (op.timeMs < opsBeforeMs) this.#ops.delete(op.opId);
  }

  async intents(limitPerTarget: number): Promise<readonly IntentRow[]> {
    await this.#answer();
    const taken = new Map<PhysicalShard, number>();
    return this.#intents.filter(({ target }) => {
      const count = (taken.get(target) ?? 0) + 1;
      taken.set(target, count);
      return count <= limitPerTarget;
    });
  }

  async dropIntents(target: PhysicalShard, upTo: Version): Promise<void> {
    await this.#answer();
    this.#intents = this.#intents.filter(
      (intent) => intent.target !== target || compareVersions(intent.inverse.source, upTo) > 0,
    );
  }

  async intentCount(): Promise<number> {
    return this.#intents.length;
  }

  async followers(): Promise<readonly string[]> {
    await this.#answer();
    return [...this.#followers];
  }

  async addFollower(name: string): Promise<void> {
    this.#followers.add(name);
  }

  async dropFollower(name: string): Promise<void> {
    this.#followers.delete(name);
  }

  #pickAssocs = (keys: readonly AssocKey[]): Assoc[] =>
    keys.flatMap((key) => this.#assocs.get(assocKey(key)) ?? []);

  #pickLists = (keys: readonly ListKey[]): ListRow[] =>
    keys.flatMap(({ id1, atype }) => this.#lists.get(listKey(id1, atype)) ?? []);

  #lastId(shard: LogicalShard): [LogicalShard, Id][] {
    const { from, to } = idRange(shard);
    const ids = [...this.#objects.keys()].filter((id) => id >= from && id < to);
    const last = ids.reduce<Id | null>((max, id) => (max === null || id > max ? id : max), null);
    return last === null ? [] : [[shard, last]];
  }
}
