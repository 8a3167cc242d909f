import type { Level } from "../core/degradation/levels.ts";
import type {
  HistoryMinute,
  HistoryRows,
  HistorySpan,
  HistoryTotals,
} from "../core/telemetry/history.ts";
import type { RegionCounts } from "../core/telemetry/region-counts.ts";

const TABLES = {
  minute: "history_minutes",
  "five minutes": "history_five_minutes",
  hour: "history_hours",
} as const;

type Row = { at_ms: number; level: Level; counts: string };

/** A region's history: two rows in a minute with traffic and one in five, some kilobytes of text each. */
export class RegionHistoryRows implements HistoryRows {
  readonly #sql: Pick<SqlStorage, "exec">;

  constructor(sql: Pick<SqlStorage, "exec">) {
    this.#sql = sql;
    for (const table of Object.values(TABLES))
      sql.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (at_ms INTEGER PRIMARY KEY, level INTEGER NOT NULL, counts TEXT NOT NULL)`,
      );
    sql.exec(
      "CREATE TABLE IF NOT EXISTS history_totals (id INTEGER PRIMARY KEY CHECK (id = 1), since_ms INTEGER NOT NULL, counts TEXT NOT NULL)",
    );
  }

  totals(): HistoryTotals | null {
    const [row] = this.#sql
      .exec<{ since_ms: number; counts: string }>("SELECT since_ms, counts FROM history_totals")
      .toArray();
    return row === undefined ? null : { sinceMs: row.since_ms, counts: countsOf(row.counts) };
  }

  saveTotals({ sinceMs, counts }: HistoryTotals): void {
    const text = JSON.stringify(counts);
    this.#sql.exec("INSERT OR REPLACE INTO history_totals VALUES (1, ?, ?)", sinceMs, text);
  }

  *read(span: HistorySpan, fromMs: number, untilMs: number): Iterable<HistoryMinute> {
    const rows = this.#sql.exec<Row>(
      `SELECT at_ms, level, counts FROM ${TABLES[span]} WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms`,
      fromMs,
      untilMs,
    );
    for (const { at_ms: atMs, level, counts } of rows)
      yield { atMs, level, counts: countsOf(counts) };
  }

  put(span: HistorySpan, { atMs, level, counts }: HistoryMinute): void {
    const text = JSON.stringify(counts);
    this.#sql.exec(`INSERT OR REPLACE INTO ${TABLES[span]} VALUES (?, ?, ?)`, atMs, level, text);
  }

  newestMs(span: HistorySpan): number | null {
    return this.#sql
      .exec<{ at_ms: number | null }>(`SELECT max(at_ms) AS at_ms FROM ${TABLES[span]}`)
      .one().at_ms;
  }

  keep(span: HistorySpan, fromMs: number, untilMs: number): void {
    this.#sql.exec(`DELETE FROM ${TABLES[span]} WHERE at_ms < ? OR at_ms >= ?`, fromMs, untilMs);
  }
}

const countsOf = (text: string): RegionCounts => JSON.parse(text) as RegionCounts;
