import { and, eq, lt, sql, type SQL } from "drizzle-orm";
import type { AnyMySqlColumn } from "drizzle-orm/mysql-core";

import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { DeposedError } from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type { MysqlDatabase } from "./mysql-client.ts";
import { encodeOp } from "./mysql-log.ts";
import { encodeInverse } from "../core/tao/log-wire.ts";
import type { Memtable } from "./mysql-memtable.ts";
import { chunks } from "./mysql-reads.ts";
import * as schema from "./schema.ts";

/** Rows of one statement; their bytes are bounded by what one materialisation takes from the log. */
const ROWS_MAX = 500;

type Transaction = Parameters<Parameters<MysqlDatabase["transaction"]>[0]>[0];

export interface Position {
  readonly place: number;
  readonly head: Version;
}

/**
 * Brings the tables up to `upTo` in one transaction, which holds the shard's row of `heads`
 * and marks it as this leader's: from then on no older one writes tables. What an older one
 * wrote until then is from before this leader's first row, so its memtable has it too, and
 * opening need not wait for a leader that died here. Everything is an end state, so running
 * it again after a lost reply changes nothing; a version never falls.
 *
 * @param fence place of the row with which this leader began.
 * @throws DeposedError when a newer leader has written tables; another error when one still writes.
 */
export async function materialise(
  db: MysqlDatabase,
  shard: PhysicalShard,
  fence: number,
  upTo: Position,
  changes: Memtable,
): Promise<void> {
  const { heads } = schema;
  await db.transaction(async (tx) => {
    const [row] = await tx
      .select({ fence: heads.fence })
      .from(heads)
      .where(eq(heads.shard, shard))
      // A leader that was killed holds it until the service ends its transaction; who waits here
      // and gives up would leave another one behind.
      .for("update", { noWait: true });
    if (row === undefined || row.fence > fence)
      throw new DeposedError(`shard ${shard} has a newer leader`);
    await writeGraph(tx, shard, changes);
    await writeEffects(tx, shard, changes);
    await tx
      .update(heads)
      .set({ fence, place: upTo.place, ...upTo.head })
      .where(eq(heads.shard, shard));
  });
}

/** True when the row's new version is not older than its stored one. */
const isNewer: SQL = sql`(VALUES(epoch), VALUES(seq)) >= (epoch, seq)`;

/**
 * Takes the inserted value where its version is newer. MySQL assigns from left to right and
 * later expressions see earlier results, so the version comes last, `seq` before `epoch`:
 * with `>=` each step leaves the comparison's outcome as it was.
 */
const newer = (column: AnyMySqlColumn): SQL => {
  const name = sql.identifier(column.name);
  return sql`IF(${isNewer}, VALUES(${name}), ${name})`;
};

async function writeGraph(tx: Transaction, shard: PhysicalShard, changes: Memtable) {
  const { objects, assocs, lists } = schema;
  for (const rows of chunks([...changes.objects.values()], ROWS_MAX)) {
    const { data, seq, epoch } = objects;
    await tx
      .insert(objects)
      .values(rows.map(({ version, ...row }) => ({ shard, ...row, ...version })))
      .onDuplicateKeyUpdate({ set: { data: newer(data), seq: newer(seq), epoch: newer(epoch) } });
  }
  const live = changes.edges.flatMap(({ assoc }) => assoc ?? []);
  for (const rows of chunks(live, ROWS_MAX)) {
    const { timeMs, data, seq, epoch } = assocs;
    await tx
      .insert(assocs)
      .values(rows.map(({ version, ...row }) => ({ shard, ...row, ...version })))
      .onDuplicateKeyUpdate({
        set: { timeMs: newer(timeMs), data: newer(data), seq: newer(seq), epoch: newer(epoch) },
      });
  }
  const gone = changes.edges.filter(({ assoc }) => assoc === null);
  for (const rows of chunks(gone, ROWS_MAX)) {
    const keys = rows.map(({ key }) => sql`(${key.id1}, ${key.atype}, ${key.id2})`);
    await tx
      .delete(assocs)
      .where(and(eq(assocs.shard, shard), sql`(id1, atype, id2) IN (${sql.join(keys, sql`, `)})`));
  }
  for (const rows of chunks([...changes.lists.values()], ROWS_MAX)) {
    const { count, seq, epoch } = lists;
    await tx
      .insert(lists)
      .values(rows.map(({ version, ...row }) => ({ shard, ...row, ...version })))
      .onDuplicateKeyUpdate({ set: { count: newer(count), seq: newer(seq), epoch: newer(epoch) } });
  }
}

async function writeEffects(tx: Transaction, shard: PhysicalShard, changes: Memtable) {
  const { ops, intents, sources } = schema;
  for (const rows of chunks([...changes.ops.values()], ROWS_MAX)) {
    await tx
      .insert(ops)
      .values(rows.map((op) => ({ shard, opId: op.opId, timeMs: op.timeMs, op: encodeOp(op) })))
      .onDuplicateKeyUpdate({ set: { timeMs: sql`VALUES(time_ms)`, op: sql`VALUES(op)` } });
  }
  for (const rows of chunks(changes.intents, ROWS_MAX)) {
    await tx
      .insert(intents)
      .values(
        rows.map(({ target, inverse }) => ({
          shard,
          target,
          ...inverse.source,
          inverse: encodeInverse(inverse),
        })),
      )
      .onDuplicateKeyUpdate({ set: { inverse: sql`VALUES(inverse)` } });
  }
  for (const rows of chunks([...changes.sources.values()], ROWS_MAX)) {
    const { seq, epoch } = sources;
    await tx
      .insert(sources)
      .values(rows.map((row) => ({ shard, source: row.shard, ...row.version })))
      .onDuplicateKeyUpdate({ set: { seq: newer(seq), epoch: newer(epoch) } });
  }
}

export const FIRST_EPOCH = 1;

/** How far the tables of a shard are, from its very first leader on. */
export async function tablesOf(db: MysqlDatabase, shard: PhysicalShard): Promise<Position> {
  const { heads } = schema;
  const [row] = await db.select().from(heads).where(eq(heads.shard, shard));
  if (row !== undefined) return { place: row.place, head: { epoch: row.epoch, seq: row.seq } };
  const head = { epoch: FIRST_EPOCH, seq: 0 };
  await db
    .insert(heads)
    .values({ shard, fence: 0, place: 0, ...head })
    .onDuplicateKeyUpdate({ set: { shard } });
  return { place: 0, head };
}

export interface TrimBounds {
  readonly place: number;
  readonly headSeq: number;
  readonly logBeforeMs: number;
  readonly opsBeforeMs: number;
  readonly entriesMax: number;
}

/**
 * Drops what is old and in the tables already, less the last such row: who opens meanwhile
 * must find one after the place it read before. A row that says where a leader began stays
 * as long as an op: it is what a deposed leader's next group collides with.
 */
export async function trimTables(
  db: MysqlDatabase,
  shard: PhysicalShard,
  { place, headSeq, logBeforeMs, opsBeforeMs, entriesMax }: TrimBounds,
): Promise<void> {
  const { log, ops } = schema;
  const isOld = sql`(last_seq IS NOT NULL AND last_seq < ${headSeq}
    AND (time_ms < ${logBeforeMs} OR last_seq < ${Math.max(0, headSeq - entriesMax)}))
    OR (last_seq IS NULL AND time_ms < ${opsBeforeMs})`;
  await db.delete(log).where(and(eq(log.shard, shard), lt(log.place, place), sql`(${isOld})`));
  await db.delete(ops).where(and(eq(ops.shard, shard), sql`time_ms < ${opsBeforeMs}`));
}
