import {
  TALLIED,
  type TallyDelta,
  type TallyDeltas,
  type TallyReading,
} from "../core/telemetry/cache-tally.ts";

type Row = Record<keyof TallyDelta | "sinceMs", number> & { readonly layer: string };

/** One row per layer: each row written is paid for. */
export class CacheTallyRows {
  readonly #sql: Pick<SqlStorage, "exec">;

  constructor(sql: Pick<SqlStorage, "exec">) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS layers (
        layer TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, hits INTEGER NOT NULL,
        stale INTEGER NOT NULL, misses INTEGER NOT NULL, bytes INTEGER NOT NULL,
        age_ms_sum INTEGER NOT NULL
      ) WITHOUT ROWID
    `);
  }

  add(deltas: TallyDeltas, nowMs: number): void {
    for (const layer of TALLIED) {
      const delta = deltas[layer];
      if (delta === undefined) continue;
      const { hits, stale, misses, bytes, ageMsSum } = delta;
      this.#sql.exec(
        `INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (layer) DO UPDATE SET
           hits = hits + excluded.hits, stale = stale + excluded.stale,
           misses = misses + excluded.misses, bytes = bytes + excluded.bytes,
           age_ms_sum = age_ms_sum + excluded.age_ms_sum`,
        layer,
        nowMs,
        hits,
        stale,
        misses,
        bytes,
        ageMsSum,
      );
    }
  }

  read(): TallyReading {
    const rows = this.#sql
      .exec<Row>(
        `SELECT layer, since_ms AS sinceMs, hits, stale, misses, bytes, age_ms_sum AS ageMsSum
         FROM layers`,
      )
      .toArray();
    const since = rows.map(({ sinceMs }) => sinceMs);
    return {
      sinceMs: since.length === 0 ? null : Math.min(...since),
      layers: Object.fromEntries(
        rows.map(({ layer, hits, stale, misses, bytes, ageMsSum }) => [
          layer,
          { hits, stale, misses, bytes, ageMsSum },
        ]),
      ),
    };
  }
}
