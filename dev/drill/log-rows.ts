import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { createConnection } from "mysql2/promise";

import { decodeRecord } from "../../core/tao/log-wire.ts";
import type { LogRecord } from "../../core/tao/log.ts";
import type { Backends } from "../backends.ts";

/** Log records by shard, whatever names it: everything that was ever committed there and is still kept. */
export type LogRows = ReadonlyMap<string, readonly LogRecord[]>;

const byShard = (rows: readonly (readonly [shard: string, record: string])[]): LogRows =>
  new Map(
    [...Map.groupBy(rows, ([shard]) => shard)].map(([shard, found]) => [
      shard,
      found.map(([, record]) => decodeRecord(record)),
    ]),
  );

/** The log table, past the product: what the leaders' clock wrote since `sinceMs`. */
export async function mysqlLogRows(
  { mysql }: Pick<Backends, "mysql">,
  sinceMs: number,
): Promise<LogRows> {
  const connection = await createConnection({ ...mysql, host: "127.0.0.1", database: mysql.user });
  try {
    const [rows] = await connection.query({
      sql: `SELECT shard, record FROM log
        WHERE record IS NOT NULL AND time_ms >= ? ORDER BY shard, place`,
      values: [sinceMs],
      rowsAsArray: true,
    });
    return byShard((rows as [number, string][]).map(([shard, record]) => [`${shard}`, record]));
  } finally {
    await connection.end();
  }
}

/**
 * The log table of every leader, from copies of its SQLite: only while the runtime is down.
 * A leader's file is named for its object.
 */
export function embeddedLogRows(dataFolder: string, sinceMs: number): LogRows {
  const from = path.join(dataFolder, "storage/do/edgewise-objects-ShardLeader");
  const to = mkdtempSync(path.join(os.tmpdir(), "edgewise-log-"));
  try {
    const leaders = readdirSync(from).filter((name) => /^[0-9a-f]+\.sqlite$/.test(name));
    return byShard(leaders.flatMap((name) => rowsIn(from, to, name, sinceMs)));
  } finally {
    rmSync(to, { recursive: true, force: true });
  }
}

function rowsIn(
  from: string,
  to: string,
  name: string,
  sinceMs: number,
): [shard: string, record: string][] {
  // What a killed process left in the write-ahead log is part of the file.
  for (const file of [name, `${name}-wal`])
    if (existsSync(path.join(from, file))) copyFileSync(path.join(from, file), path.join(to, file));
  const database = new DatabaseSync(path.join(to, name));
  try {
    const rows = database
      .prepare("SELECT record FROM log WHERE time_ms >= ? ORDER BY last_seq")
      .all(sinceMs);
    return rows.map(({ record }) => [name, String(record)]);
  } finally {
    database.close();
  }
}
