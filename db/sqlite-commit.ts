import { sql, type SQL } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";

import { encodeRecord } from "../core/tao/log-wire.ts";
import { endOf, firstSeq, type LogRecord } from "../core/tao/log.ts";
import type { Commit } from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import * as rows from "./sqlite-rows.ts";

/**
 * Writes one group commit. Call it inside a transaction. Rows travel as one JSON
 * parameter per statement: a Durable Object binds at most 100 parameters.
 */
export function writeCommit(db: DrizzleSqliteDODatabase, commit: Commit): void {
  const each = (cells: readonly rows.JsonRow[], statement: (json: SQL) => SQL) => {
    for (const chunk of rows.jsonChunks(cells)) db.run(statement(sql`json_each(${chunk})`));
  };
  // One by one: inside JSON a record of almost 2 MB would outgrow what may be bound.
  for (const record of commit.records) db.run(insertLog(record));
  each(commit.objects.map(rows.objectCells), upsertObjects);
  each(commit.removedAssocs.map(rows.assocKeyCells), deleteAssocs);
  each(commit.assocs.map(rows.assocCells), upsertAssocs);
  each(commit.lists.map(rows.listCells), upsertLists);
  each(commit.ops.map(rows.opCells), insertOps);
  each(commit.intents.map(rows.intentCells), insertIntents);
  const sources = commit.sources.map(({ shard, version }) => [shard, version.epoch, version.seq]);
  each(sources, upsertSources);
  writeHead(db, commit.head);
}

export function writeHead(db: DrizzleSqliteDODatabase, { epoch, seq }: Version): void {
  db.run(sql`INSERT INTO head (id, epoch, seq) VALUES (1, ${epoch}, ${seq})
    ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq`);
}

// A primary key that is taken means two leaders or a bug: these inserts fail, and with them the group.
const insertLog = (record: LogRecord) => sql`INSERT INTO log
  (last_seq, first_seq, epoch, time_ms, record)
  VALUES (${endOf(record).seq}, ${firstSeq(record)}, ${record.epoch}, ${record.timeMs}, ${encodeRecord(record)})`;

const insertOps = (json: SQL) => sql`INSERT INTO ops (op_id, hash, time_ms, answer)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM ${json}`;

const insertIntents = (json: SQL) => sql`INSERT INTO intents (target, epoch, seq, inverse)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM ${json}`;

const upsertObjects = (json: SQL) => sql`INSERT INTO objects (id, otype, data, epoch, seq)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM ${json} WHERE true
  ON CONFLICT (id) DO UPDATE SET data = excluded.data, epoch = excluded.epoch, seq = excluded.seq`;

const upsertAssocs = (
  json: SQL,
) => sql`INSERT INTO assocs (id1, atype, id2, time_ms, data, epoch, seq)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
  FROM ${json} WHERE true
  ON CONFLICT (id1, atype, id2) DO UPDATE SET
    time_ms = excluded.time_ms, data = excluded.data, epoch = excluded.epoch, seq = excluded.seq`;

const deleteAssocs = (json: SQL) => sql`DELETE FROM assocs WHERE (id1, atype, id2) IN
  (SELECT value ->> 0, value ->> 1, value ->> 2 FROM ${json})`;

const upsertLists = (json: SQL) => sql`INSERT INTO lists (id1, atype, count, epoch, seq)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM ${json} WHERE true
  ON CONFLICT (id1, atype) DO UPDATE SET
    count = excluded.count, epoch = excluded.epoch, seq = excluded.seq`;

const upsertSources = (json: SQL) => sql`INSERT INTO sources (shard, epoch, seq)
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM ${json} WHERE true
  ON CONFLICT (shard) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq`;
