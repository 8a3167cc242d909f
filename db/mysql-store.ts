import type { FailureName } from "../core/telemetry/events.ts";
import type { Clock } from "../core/clock.ts";
import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { assertFollows, firstSeq, type LogRecord } from "../core/tao/log.ts";
import type { ListPrefix } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import {
  type AssocKey,
  type Commit,
  DeposedError,
  type GraphStore,
  type IntentRow,
  type ListKey,
  type ListRow,
  type PlanKeys,
  type PlanRows,
  type PrefixQuery,
  type RangeQuery,
} from "../core/tao/store.ts";
import type { Assoc, TaoObject } from "../core/tao/types.ts";
import type { Version } from "../core/tao/version.ts";
import { CommitLog } from "./mysql-commit-log.ts";
import type { MysqlDatabase } from "./mysql-client.ts";
import { MysqlDelivery } from "./mysql-delivery.ts";
import { charsOf, firstWithin, type LogRow, rowsOf } from "./mysql-log.ts";
import { isUpTo, Memtable } from "./mysql-memtable.ts";
import * as overlay from "./mysql-overlay.ts";
import { MysqlReads } from "./mysql-reads.ts";
import { FIRST_EPOCH, materialise, tablesOf, trimTables } from "./mysql-tables.ts";

export interface MysqlStorePorts {
  readonly db: MysqlDatabase;
  readonly clock: Clock;
  /** Unique to this life of the leader: a random id. */
  readonly writer: string;
  /** Keeps background work alive after the answer. */
  readonly defer: (work: Promise<unknown>) => void;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * `GraphStore` over MySQL. A commit is one INSERT into the log; the tables follow from the
 * log later, in the background, and until they do the memtable answers for them. Opening
 * takes the shard over: whoever had it before can neither commit nor write tables.
 */
export class MysqlStore implements GraphStore {
  readonly #shard: PhysicalShard;
  readonly #ports: MysqlStorePorts;
  readonly #reads: MysqlReads;
  readonly #log: CommitLog;
  readonly #delivery: MysqlDelivery;
  /** Place of the row that says where this leader began. */
  #fence = 0;
  #place = 0;
  #head: Version = { epoch: FIRST_EPOCH, seq: 0 };
  /** Rows of the log that the tables lack, and what they add up to. */
  #pending: LogRow[] = [];
  #pendingChars = 0;
  #memtable = new Memtable();
  #tablesPlace = 0;
  /** Of what was sent last: `looked`, it was not there, and may yet arrive until another append succeeds. */
  #doubt: "none" | "unknown" | "looked" = "none";
  #deposed: DeposedError | null = null;
  #queries = new Set<Promise<unknown>>();
  #tableWork: Promise<unknown> = Promise.resolve();
  #isFollowing = false;

  private constructor(shard: PhysicalShard, ports: MysqlStorePorts) {
    this.#shard = shard;
    this.#ports = ports;
    this.#reads = new MysqlReads(ports.db, shard);
    this.#delivery = new MysqlDelivery(ports.db, shard);
    this.#log = new CommitLog(ports.db, shard, ports.writer);
  }

  /**
   * Replays what the tables lack, then marks the log: from here on an older leader collides.
   * A newer epoch goes on at the same seq.
   *
   * @throws DeposedError when the shard has seen a newer epoch than `epoch`.
   */
  static async open(
    shard: PhysicalShard,
    ports: MysqlStorePorts,
    epoch: number,
  ): Promise<MysqlStore> {
    const store = new MysqlStore(shard, ports);
    await store.#begin(epoch);
    return store;
  }

  async #begin(epoch: number): Promise<void> {
    const { db, clock } = this.#ports;
    const tables = await tablesOf(db, this.#shard);
    this.#head = tables.head;
    this.#place = this.#tablesPlace = tables.place;
    for (;;) {
      const rows = await this.#reads.logPage(this.#place);
      if (rows.length === 0) break;
      this.#take(rows);
    }
    if (this.#head.epoch > epoch)
      throw new DeposedError(`shard ${this.#shard} is in epoch ${this.#head.epoch}, not ${epoch}`);
    const place = this.#place + 1;
    const head = { epoch, seq: this.#head.seq };
    const mark = { place, head, timeMs: clock.nowMs(), record: null, effects: null };
    // Rejects when another leader commits at this moment: whoever opens tries again.
    await this.#log.append([mark]);
    this.#take([mark]);
    this.#fence = place;
  }

  async head(): Promise<Version> {
    this.#refuseDeposed();
    if (this.#doubt !== "none") {
      const rows = await this.#guard(this.#log.since(this.#reads, this.#place));
      this.#doubt = rows.length === 0 ? "looked" : "none";
      this.#take(rows);
    }
    return this.#head;
  }

  async planRows(keys: PlanKeys): Promise<PlanRows> {
    const merge = overlay.overPlan(this.#memtable, keys);
    return merge(await this.#query(this.#reads.planRows(keys)));
  }

  async commit(commit: Commit): Promise<void> {
    this.#refuseDeposed();
    if (this.#doubt === "unknown") throw new Error("the head is unknown until it is read again");
    if (commit.head.epoch !== this.#head.epoch)
      throw new Error(`a group of epoch ${commit.head.epoch} in epoch ${this.#head.epoch}`);
    while (this.#isOver(LIMITS.memtableRowsMax, LIMITS.memtableCharsMax)) await this.#follow();
    // Last, and in one turn with the row's place: the head may move whenever something is waited for.
    assertFollows(commit, this.#head);
    const rows = rowsOf(commit, this.#place + 1);
    // Until the answer is there the group is neither in nor out.
    this.#doubt = "unknown";
    await this.#guard(this.#log.append(rows)).catch((error: unknown) => {
      // A look at the head meanwhile came too early.
      this.#doubt = "unknown";
      throw error;
    });
    this.#doubt = "none";
    this.#take(rows);
    if (this.#isOver(LIMITS.materialiseRows, LIMITS.materialiseCharsMax)) this.#followSoon();
  }

  async objects(ids: readonly Id[]): Promise<readonly TaoObject[]> {
    const merge = overlay.overObjects(this.#memtable, ids);
    const rows = merge(await this.#query(this.#reads.objects(ids)));
    return rows.flatMap((row) => (row.data === null ? [] : { ...row, data: row.data }));
  }

  async assocs(keys: readonly AssocKey[]): Promise<readonly Assoc[]> {
    const merge = overlay.overAssocs(this.#memtable, keys);
    return merge(await this.#query(this.#reads.assocs(keys)));
  }

  async lists(keys: readonly ListKey[]): Promise<readonly ListRow[]> {
    const merge = overlay.overLists(this.#memtable, keys);
    return merge(await this.#query(this.#reads.lists(keys)));
  }

  async ranges(queries: readonly RangeQuery[]): Promise<readonly (readonly Assoc[])[]> {
    const overlays = queries.map((query) => overlay.overRange(this.#memtable, query));
    const found = await this.#query(this.#reads.ranges(overlays.map(({ wider }) => wider)));
    return overlays.map(({ merge }, index) => merge(found[index] ?? []));
  }

  async prefixes(queries: readonly PrefixQuery[]): Promise<readonly ListPrefix[]> {
    const { asked, merge } = overlay.overPrefixes(this.#memtable, queries);
    return merge(await this.#query(this.#reads.prefixes(asked)));
  }

  async logAfter(after: Version, limit: number): Promise<readonly LogRecord[] | null> {
    // What the head does not say yet, a reply being lost, is nobody's to see.
    const found = await this.#reads.logAfter(after.seq, this.#place, limit);
    const first = found[0];
    return first === undefined || firstSeq(first) > after.seq + 1 ? null : found;
  }

  async trim(
    logBeforeMs: number,
    opsBeforeMs: number,
    entriesMax: number = LIMITS.logEntriesMax,
  ): Promise<void> {
    while (this.#pending.length > 0) await this.#follow();
    await this.#onTables(() =>
      trimTables(this.#ports.db, this.#shard, {
        place: this.#tablesPlace,
        headSeq: this.#head.seq,
        logBeforeMs,
        opsBeforeMs,
        entriesMax,
      }),
    );
  }

  async intents(limitPerTarget: number): Promise<readonly IntentRow[]> {
    return this.#onTables(async () => {
      const waiting = this.#memtable.intents;
      const stored = await this.#delivery.intents(limitPerTarget);
      // The memtable's are newer than the tables' of the same target.
      const grouped = Map.groupBy([...stored, ...waiting], ({ target }) => target);
      return [...grouped.values()].flatMap((group) => group.slice(0, limitPerTarget));
    });
  }

  async dropIntents(target: PhysicalShard, upTo: Version): Promise<void> {
    // Dropped from the tables alone, an intent that is only in the log would come back with a replay.
    while (this.#memtable.intents.some(isUpTo(target, upTo))) await this.#follow();
    await this.#onTables(() => this.#delivery.dropIntents(target, upTo));
  }

  async intentCount(): Promise<number> {
    const stored = () => this.#delivery.intentCount();
    return this.#onTables(async () => this.#memtable.intents.length + (await stored()));
  }

  followers = (): Promise<readonly string[]> => this.#delivery.followers();
  addFollower = (name: string): Promise<void> => this.#delivery.addFollower(name);
  dropFollower = (name: string): Promise<void> => this.#delivery.dropFollower(name);

  #take(rows: readonly LogRow[]): void {
    for (const row of rows) {
      // A look at the head and the answer to a commit may bring the same row.
      if (row.place <= this.#place) continue;
      this.#pending.push(row);
      this.#pendingChars += charsOf(row);
      this.#memtable.apply(row);
      this.#place = row.place;
      this.#head = row.head;
    }
  }

  #isOver = (rowsMax: number, charsMax: number): boolean =>
    this.#pending.length >= rowsMax || this.#pendingChars >= charsMax;

  #followSoon(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    const work = this.#follow()
      .catch((error: unknown) => this.#ports.report("materialise_failed", error))
      .finally(() => {
        this.#isFollowing = false;
      });
    this.#ports.defer(work);
  }

  /** Brings the tables some rows further. */
  async #follow(): Promise<void> {
    await this.#onTables(async () => {
      const { materialiseRowsMax, materialiseCharsMax } = LIMITS;
      const rows = firstWithin(this.#pending, materialiseRowsMax, materialiseCharsMax);
      const last = rows.at(-1);
      if (last === undefined) return;
      // A query that began before these rows has nothing laid over them: it must see none of them.
      await Promise.allSettled(this.#queries);
      const { db } = this.#ports;
      const work = materialise(db, this.#shard, this.#fence, last, new Memtable(rows));
      await this.#guard(work);
      this.#pending = this.#pending.slice(rows.length);
      for (const row of rows) this.#pendingChars -= charsOf(row);
      this.#memtable = new Memtable(this.#pending);
      this.#tablesPlace = last.place;
    });
  }

  /** One at a time: everything that changes the tables, or counts what is in them. */
  #onTables<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tableWork.then(work, work);
    this.#tableWork = done.catch(() => null);
    return done;
  }

  #query<T>(work: Promise<T>): Promise<T> {
    this.#queries.add(work);
    return work.finally(() => this.#queries.delete(work));
  }

  #guard<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      if (error instanceof DeposedError) this.#deposed = error;
      throw error;
    });
  }

  #refuseDeposed(): void {
    if (this.#deposed !== null) throw this.#deposed;
  }
}
