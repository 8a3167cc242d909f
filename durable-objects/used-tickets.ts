import { LIMITS } from "../core/limits.ts";

/** As much of an object's SQLite as this needs. */
interface Sql {
  exec(
    query: string,
    ...cells: (string | number)[]
  ): Iterable<Readonly<Record<string, SqlStorageValue>>>;
}

/**
 * Tickets that were used while they are still good. Stored, since a bucket may sleep sooner than a
 * ticket expires: the platform lets no answer out before the row is safe.
 */
export class UsedTickets {
  readonly #sql: Sql;
  /** Unix ms; oldest first. */
  readonly #usedMs: Map<string, number>;
  #trimmedMs: number;

  constructor(sql: Sql, nowMs: number) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS used_tickets (nonce TEXT PRIMARY KEY, used_ms INTEGER NOT NULL) WITHOUT ROWID",
    );
    this.#trim(nowMs);
    this.#trimmedMs = nowMs;
    const rows = sql.exec("SELECT nonce, used_ms FROM used_tickets ORDER BY used_ms");
    this.#usedMs = new Map(
      [...rows].map((row) => [String(row["nonce"]), Number(row["used_ms"])] as const),
    );
  }

  /** @returns false when it was used before. */
  use(nonce: string, nowMs: number): boolean {
    const usedMs = this.#usedMs.get(nonce);
    if (usedMs !== undefined && nowMs - usedMs < LIMITS.socketTicketMs) return false;
    for (const [oldest, atMs] of this.#usedMs) {
      const isOver = this.#usedMs.size >= LIMITS.socketTicketsUsedMax;
      if (!isOver && nowMs - atMs < LIMITS.socketTicketMs) break;
      this.#usedMs.delete(oldest);
    }
    // All that has expired at once: rows are paid for.
    if (nowMs - this.#trimmedMs >= LIMITS.socketTicketMs) {
      this.#trim(nowMs);
      this.#trimmedMs = nowMs;
    }
    this.#sql.exec("INSERT OR REPLACE INTO used_tickets VALUES (?, ?)", nonce, nowMs);
    this.#usedMs.set(nonce, nowMs);
    return true;
  }

  /** Expired ones, and beyond their bound the oldest. */
  #trim(nowMs: number): void {
    this.#sql.exec(
      "DELETE FROM used_tickets WHERE used_ms <= ?1 OR nonce IN (SELECT nonce FROM used_tickets ORDER BY used_ms DESC LIMIT -1 OFFSET ?2)",
      nowMs - LIMITS.socketTicketMs,
      LIMITS.socketTicketsUsedMax,
    );
  }
}
