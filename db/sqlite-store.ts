import { and, asc, desc, eq, lt, sql } from "drizzle-orm";
import { type DrizzleSqliteDODatabase, drizzle } from "drizzle-orm/durable-sqlite";
import { migrate } from "drizzle-orm/durable-sqlite/migrator";

import { idRange, idToKey, type Id, idFromKey, type LogicalShard } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { decodeInverse, decodeRecord } from "../core/tao/log-wire.ts";
import { assertFollows, firstSeq, type LogRecord } from "../core/tao/log.ts";
import { newestOf, prefixesFrom } from "../core/tao/prefix.ts";
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
  type ObjectRow,
  type OpRow,
  type PlanKeys,
  type PlanRows,
  type PrefixQuery,
  type RangeQuery,
  type SourceRow,
} from "../core/tao/store.ts";
import type { Assoc, TaoObject } from "../core/tao/types.ts";
import type { Version } from "../core/tao/version.ts";
import migrations from "./sqlite-migrations/migrations.js";
import { SqliteGroups } from "./sqlite-groups.ts";
import { prepareQueries, type Queries } from "./sqlite-queries.ts";
import * as rows from "./sqlite-rows.ts";
import * as schema from "./sqlite-schema.ts";
import { writeCommit, writeHead } from "./sqlite-commit.ts";

/** Sorts after every key: ids have 63 bits. */
const LAST_KEY = "ffffffffffffffff";
const FIRST_EPOCH = 1;
const LOG_AFTER = "SELECT record FROM log WHERE last_seq > ? ORDER BY last_seq LIMIT ?";

/** Where the log ends, without opening the store in an epoch: for a standby. */
export async function headOf(storage: DurableObjectStorage): Promise<Version> {
  const db = drizzle(storage);
  await migrate(db, migrations);
  return readHead(prepareQueries(db));
}

function readHead(queries: Queries): Version {
  const row = queries.head.get();
  return row === undefined ? { epoch: FIRST_EPOCH, seq: 0 } : { epoch: row.epoch, seq: row.seq };
}

/**
 * `GraphStore` over the SQLite inside a Durable Object. Every method does its work
 * before its first await, so a commit is one synchronous transaction.
 */
export class SqliteStore implements GraphStore {
  readonly #storage: DurableObjectStorage;
  readonly #db: DrizzleSqliteDODatabase;
  readonly #queries: Queries;
  /** For durable consumers; null when there are none, and groups are not kept. */
  readonly groups: SqliteGroups | null;

  private constructor(storage: DurableObjectStorage, db: DrizzleSqliteDODatabase, keeps: boolean) {
    this.#storage = storage;
    this.#db = db;
    this.#queries = prepareQueries(db);
    this.groups = keeps ? new SqliteGroups(storage, db) : null;
  }

  /**
   * Migrates the object's SQLite to this version of the schema first, and marks `epoch`: what
   * an older one still has open can commit no more.
   *
   * @param keepsGroups for durable consumers, at the price of more rows per commit.
   * @throws DeposedError when a newer epoch has begun.
   */
  static async open(
    storage: DurableObjectStorage,
    epoch: number,
    keepsGroups = false,
  ): Promise<SqliteStore> {
    const db = drizzle(storage);
    await migrate(db, migrations);
    const store = new SqliteStore(storage, db, keepsGroups);
    storage.transactionSync(() => {
      const seen = store.#head();
      const head = { epoch, seq: seen.seq };
      if (seen.epoch > epoch) throw new DeposedError(`epoch ${seen.epoch} has begun`);
      if (seen.epoch === epoch) return;
      writeHead(db, head);
      store.groups?.add(seen, head, {});
    });
    return store;
  }

  async head(): Promise<Version> {
    return this.#head();
  }

  async planRows(keys: PlanKeys): Promise<PlanRows> {
    return {
      objects: this.#objects(keys.objects),
      assocs: this.#assocs(keys.assocs),
      lists: this.#lists(keys.lists),
      ops: this.#ops(keys.opIds),
      lastIds: this.#lastIds(keys.idShards),
      sources: this.#sources(keys.sources),
    };
  }

  async commit(commit: Commit): Promise<void> {
    this.#storage.transactionSync(() => {
      const after = this.#head();
      if (after.epoch > commit.head.epoch) throw new DeposedError("a newer epoch has begun");
      assertFollows(commit, after);
      writeCommit(this.#db, commit);
      this.groups?.add(after, commit.head, commit);
    });
  }

  async objects(ids: readonly Id[]): Promise<readonly TaoObject[]> {
    return this.#objects(ids).flatMap((row) =>
      row.data === null ? [] : { ...row, data: row.data },
    );
  }

  async assocs(keys: readonly AssocKey[]): Promise<readonly Assoc[]> {
    return this.#assocs(keys);
  }

  async lists(keys: readonly ListKey[]): Promise<readonly ListRow[]> {
    return this.#lists(keys);
  }

  async ranges(queries: readonly RangeQuery[]): Promise<readonly (readonly Assoc[])[]> {
    return this.#ranges(queries);
  }

  async prefixes(queries: readonly PrefixQuery[]): Promise<readonly ListPrefix[]> {
    return prefixesFrom(queries, this.#lists(queries), this.#ranges(queries.map(newestOf)));
  }

  async logAfter(after: Version, limit: number): Promise<readonly LogRecord[] | null> {
    const found: LogRecord[] = [];
    let chars = 0;
    // A cursor, not a list: records may have megabytes each.
    for (const { record } of this.#storage.sql.exec<{ record: string }>(
      LOG_AFTER,
      after.seq,
      limit,
    )) {
      chars += record.length;
      if (chars > LIMITS.logCharsMax && found.length > 0) break;
      found.push(decodeRecord(record));
    }
    const first = found[0];
    return first === undefined || firstSeq(first) > after.seq + 1 ? null : found;
  }

  async trim(
    logBeforeMs: number,
    opsBeforeMs: number,
    entriesMax: number = LIMITS.logEntriesMax,
  ): Promise<void> {
    const { log, ops } = schema;
    const newest = this.#db
      .select({ seq: log.lastSeq })
      .from(log)
      .orderBy(desc(log.lastSeq))
      .limit(1)
      .get();
    if (newest !== undefined) {
      const tooMany = newest.seq - entriesMax;
      this.#db
        .delete(log)
        .where(
          and(
            lt(log.lastSeq, newest.seq),
            sql`(${log.timeMs} < ${logBeforeMs} OR ${log.lastSeq} < ${tooMany})`,
          ),
        )
        .run();
    }
    this.#db.delete(ops).where(lt(ops.timeMs, opsBeforeMs)).run();
    this.groups?.trim();
  }

  async intents(limitPerTarget: number): Promise<readonly IntentRow[]> {
    const { intents } = schema;
    const targets = this.#db.selectDistinct({ target: intents.target }).from(intents).all();
    return targets.flatMap(({ target }) =>
      this.#db
        .select()
        .from(intents)
        .where(eq(intents.target, target))
        .orderBy(asc(intents.epoch), asc(intents.seq))
        .limit(limitPerTarget)
        .all()
        .map((row) => ({ target, inverse: decodeInverse(row.inverse) })),
    );
  }

  async dropIntents(target: PhysicalShard, upTo: Version): Promise<void> {
    const { intents } = schema;
    const isAccepted = sql`(${intents.epoch}, ${intents.seq}) <= (${upTo.epoch}, ${upTo.seq})`;
    this.#db
      .delete(intents)
      .where(and(eq(intents.target, target), isAccepted))
      .run();
  }

  async intentCount(): Promise<number> {
    return this.#db.$count(schema.intents);
  }

  async followers(): Promise<readonly string[]> {
    return this.#db
      .select()
      .from(schema.followers)
      .all()
      .map((row) => row.name);
  }

  async addFollower(name: string): Promise<void> {
    this.#db.insert(schema.followers).values({ name }).onConflictDoNothing().run();
  }

  async dropFollower(name: string): Promise<void> {
    this.#db.delete(schema.followers).where(eq(schema.followers.name, name)).run();
  }

  #head = (): Version => readHead(this.#queries);

  #objects(ids: readonly Id[]): ObjectRow[] {
    const chunks = rows.jsonChunks(ids.map((id) => [idToKey(id)]));
    return chunks.flatMap((keys) => this.#queries.objects.all({ keys }).map(rows.fromObject));
  }

  #assocs(keyed: readonly AssocKey[]): Assoc[] {
    const chunks = rows.jsonChunks(keyed.map(rows.assocKeyCells));
    return chunks.flatMap((keys) => this.#queries.assocs.all({ keys }).map(rows.fromAssoc));
  }

  #lists(keyed: readonly ListKey[]): ListRow[] {
    const chunks = rows.jsonChunks(keyed.map(({ id1, atype }) => [idToKey(id1), atype]));
    return chunks.flatMap((keys) => this.#queries.lists.all({ keys }).map(rows.fromList));
  }

  #ranges(queries: readonly RangeQuery[]): Assoc[][] {
    return queries.map((query) =>
      this.#queries.range
        .all({
          id1: idToKey(query.id1),
          atype: query.atype,
          afterMs: query.after?.timeMs ?? Number.MAX_SAFE_INTEGER,
          afterId: query.after === null ? LAST_KEY : idToKey(query.after.id2),
          highMs: query.highMs ?? Number.MAX_SAFE_INTEGER,
          lowMs: query.lowMs ?? 0,
          limit: query.limit,
        })
        .map(rows.fromAssoc),
    );
  }

  #ops(opIds: readonly string[]): OpRow[] {
    return opIds.flatMap((opId) => {
      const row = this.#queries.op.get({ opId });
      return row === undefined ? [] : rows.fromOp(row);
    });
  }

  /** Tombstones keep their ids, so the largest stored id is the largest ever given out. */
  #lastIds(shards: readonly LogicalShard[]): ReadonlyMap<LogicalShard, Id> {
    const last = new Map<LogicalShard, Id>();
    for (const shard of shards) {
      const { from, to } = idRange(shard);
      const row = this.#queries.lastId.get({ from: idToKey(from), to: idToKey(to) });
      if (row !== undefined) last.set(shard, idFromKey(row.id));
    }
    return last;
  }

  #sources(shards: readonly PhysicalShard[]): SourceRow[] {
    return shards.flatMap((shard) => {
      const row = this.#queries.source.get({ shard });
      return row === undefined ? [] : { shard, version: { epoch: row.epoch, seq: row.seq } };
    });
  }
}
