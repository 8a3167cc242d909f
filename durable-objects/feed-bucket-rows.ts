import type { BucketRows } from "../core/feed/cache/bucket.ts";
import type { StoredEvents } from "../core/feed/cache/event-log.ts";
import { type Id, idFromKey, idToKey } from "../core/ids.ts";

type Sql = Pick<SqlStorage, "exec">;

/**
 * What a bucket keeps for as long as an entry lives: one row per entry and one per batch of events.
 * A cache: tables of another shape are dropped instead of migrated.
 */
export class FeedBucketRows implements BucketRows {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`
      DROP TABLE IF EXISTS entries_1;
      CREATE TABLE IF NOT EXISTS entries_2 (
        viewer TEXT PRIMARY KEY, built_ms INTEGER NOT NULL, record TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS events_1 (
        seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, events TEXT NOT NULL
      );
      CREATE TABLE IF NOT EXISTS missing_1 (
        one INTEGER PRIMARY KEY, up_to_ms INTEGER NOT NULL
      );
    `);
  }

  *entries(): Generator<readonly [viewer: Id, builtMs: number]> {
    const rows = this.#sql.exec<{ viewer: string; built_ms: number }>(
      "SELECT viewer, built_ms FROM entries_2",
    );
    for (const { viewer, built_ms } of rows) yield [idFromKey(viewer), built_ms];
  }

  entry(viewer: Id): string | null {
    const query = "SELECT record FROM entries_2 WHERE viewer = ?";
    const [row] = this.#sql.exec<{ record: string }>(query, idToKey(viewer));
    return row?.record ?? null;
  }

  putEntry(viewer: Id, builtMs: number, record: string): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO entries_2 (viewer, built_ms, record) VALUES (?, ?, ?)",
      idToKey(viewer),
      builtMs,
      record,
    );
  }

  dropEntry(viewer: Id): void {
    this.#sql.exec("DELETE FROM entries_2 WHERE viewer = ?", idToKey(viewer));
  }

  events(sinceMs: number, max: number): StoredEvents[] {
    const query =
      "SELECT at_ms AS atMs, events FROM events_1 WHERE at_ms >= ? ORDER BY seq DESC LIMIT ?";
    const rows = this.#sql.exec<{ atMs: number; events: string }>(query, sinceMs, max);
    return rows.toArray().toReversed();
  }

  addEvents(atMs: number, events: string): void {
    this.#sql.exec("INSERT INTO events_1 (at_ms, events) VALUES (?, ?)", atMs, events);
  }

  missingUpTo(): number | null {
    const [row] = this.#sql.exec<{ up_to_ms: number }>("SELECT up_to_ms FROM missing_1");
    return row?.up_to_ms ?? null;
  }

  saveMissingUpTo(ms: number | null): void {
    if (ms === null) this.#sql.exec("DELETE FROM missing_1");
    else this.#sql.exec("INSERT OR REPLACE INTO missing_1 (one, up_to_ms) VALUES (1, ?)", ms);
  }

  trim(entriesUpToMs: number, eventsUpToMs: number): void {
    this.#sql.exec("DELETE FROM entries_2 WHERE built_ms <= ?", entriesUpToMs);
    this.#sql.exec("DELETE FROM events_1 WHERE at_ms <= ?", eventsUpToMs);
  }
}
