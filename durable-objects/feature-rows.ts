import type { Tally } from "../core/ranking/counters.ts";
import type { FeatureRows, Mark, MarkedSlate, OpenSlate } from "../core/ranking/feature-bucket.ts";
import type { RankMode } from "../core/ranking/service.ts";
import type { Slate, SlateItem } from "../core/ranking/slate.ts";
import type { Tallies } from "../core/ranking/tallies.ts";

type Sql = Pick<SqlStorage, "exec">;
type Marks = ReadonlyMap<string, Mark>;

interface OpenRow extends Record<string, SqlStorageValue> {
  id: string;
  viewer: string;
  kept_ms: number;
  items: string;
  marks: string;
}
interface FullRow extends OpenRow {
  at_ms: number;
  schema: string;
  mode: string;
  model: string | null;
  dense: ArrayBuffer;
  ids: ArrayBuffer;
}

/**
 * A row per counter, and one per slate until it is logged. Statistics: tables of another shape are
 * dropped instead of migrated.
 */
export class SqlFeatureRows implements FeatureRows {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS tallies_1 (
        key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, counts TEXT NOT NULL
      ) WITHOUT ROWID;
      DROP TABLE IF EXISTS slates_1;
      CREATE TABLE IF NOT EXISTS slates_2 (
        id TEXT PRIMARY KEY, viewer TEXT NOT NULL, at_ms INTEGER NOT NULL, kept_ms INTEGER NOT NULL,
        items TEXT NOT NULL, marks TEXT NOT NULL, schema TEXT NOT NULL, mode TEXT NOT NULL, model TEXT,
        dense BLOB NOT NULL, ids BLOB NOT NULL
      );
      CREATE INDEX IF NOT EXISTS slates_2_viewer ON slates_2 (viewer, kept_ms);
      CREATE INDEX IF NOT EXISTS slates_2_age ON slates_2 (kept_ms);
    `);
  }

  tallies(keys: readonly string[]): Tallies {
    const query =
      "SELECT key, at_ms, counts FROM tallies_1 WHERE key IN (SELECT value FROM json_each(?))";
    const rows = this.#sql.exec<{ key: string; at_ms: number; counts: string }>(
      query,
      JSON.stringify(keys),
    );
    const found = new Map<string, Tally>();
    for (const { key, at_ms: atMs, counts } of rows)
      found.set(key, { atMs, values: JSON.parse(counts) as number[] });
    return found;
  }

  putTallies(tallies: Tallies): void {
    const rows = [...tallies].map(([key, { atMs, values }]) => [
      key,
      atMs,
      JSON.stringify(values.map(rounded)),
    ]);
    this.#sql.exec(
      `INSERT OR REPLACE INTO tallies_1 (key, at_ms, counts)
       SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`,
      JSON.stringify(rows),
    );
  }

  countTallies = (): number => this.#count("tallies_1");
  countSlates = (): number => this.#count("slates_2");

  dropOldestTallies(count: number): void {
    const query =
      "DELETE FROM tallies_1 WHERE key IN (SELECT key FROM tallies_1 ORDER BY at_ms LIMIT ?)";
    this.#sql.exec(query, count);
  }

  addSlate(
    { id, viewer, atMs, items, schema, mode, model, dense, ids }: Slate,
    keptMs: number,
  ): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO slates_2
        (id, viewer, at_ms, kept_ms, items, marks, schema, mode, model, dense, ids)
       VALUES (?, ?, ?, ?, ?, '[]', ?, ?, ?, ?, ?)`,
      id,
      viewer,
      atMs,
      keptMs,
      JSON.stringify(items),
      schema,
      mode,
      model,
      bytesOf(dense),
      bytesOf(ids),
    );
  }

  slate(id: string): OpenSlate | null {
    const query = "SELECT id, viewer, kept_ms, items, marks FROM slates_2 WHERE id = ?";
    const [row] = this.#sql.exec<OpenRow>(query, id);
    return row === undefined ? null : openOf(row);
  }

  slatesOf(viewer: string, max: number): OpenSlate[] {
    const query = `SELECT id, viewer, kept_ms, items, marks FROM slates_2
      WHERE viewer = ? ORDER BY kept_ms DESC LIMIT ?`;
    return this.#sql.exec<OpenRow>(query, viewer, max).toArray().map(openOf);
  }

  mark(slate: string, marks: Marks): void {
    this.#sql.exec("UPDATE slates_2 SET marks = ? WHERE id = ?", JSON.stringify([...marks]), slate);
  }

  ripe(upToMs: number, max: number): MarkedSlate[] {
    const query = "SELECT * FROM slates_2 WHERE kept_ms <= ? ORDER BY kept_ms, id LIMIT ?";
    return this.#sql
      .exec<FullRow>(query, upToMs, max)
      .toArray()
      .map((row) => ({
        ...openOf(row),
        atMs: row.at_ms,
        schema: row.schema,
        mode: row.mode as RankMode,
        model: row.model,
        dense: new Float32Array(row.dense),
        ids: new Int32Array(row.ids),
      }));
  }

  dropSlates(ids: readonly string[]): void {
    this.#sql.exec(
      "DELETE FROM slates_2 WHERE id IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    );
  }

  #count(table: "tallies_1" | "slates_2"): number {
    return this.#sql.exec<{ rows: number }>(`SELECT COUNT(*) AS rows FROM ${table}`).one().rows;
  }
}

/** Seven digits: a counter is an estimate. */
const rounded = (value: number): number => Number(value.toPrecision(7));

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;

const openOf = ({ id, viewer, kept_ms: keptMs, items, marks }: OpenRow): OpenSlate => ({
  id,
  viewer,
  keptMs,
  items: JSON.parse(items) as SlateItem[],
  marks: new Map(JSON.parse(marks) as (readonly [string, Mark])[]),
});
