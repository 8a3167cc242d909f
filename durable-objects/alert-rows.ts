import type { AlertWatchPorts } from "../core/slo/alert-watch.ts";
import type { AlertStates } from "../core/slo/alerts.ts";
import { SLO_LIMITS } from "../core/slo/limits.ts";
import type { AlertLogLine } from "../core/slo/alert-service.ts";
import type { OutboxRows, OutboxState } from "../core/slo/outbox.ts";
import type { Message } from "../core/slo/webhook-message.ts";

type Sql = Pick<SqlStorage, "exec">;

/** What a region remembers of its alerts: one row of states, one of the webhook's, the audit log, what waits. */
export class AlertRows {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS alert_state (name TEXT PRIMARY KEY, json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS alert_log (seq INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS alert_outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, body TEXT NOT NULL);
    `);
  }

  readonly states: AlertWatchPorts["rows"] = {
    load: () => this.#load<AlertStates>("alerts"),
    save: (states) => this.#save("alerts", states),
    append: (line) => {
      this.#sql.exec("INSERT INTO alert_log (json) VALUES (?)", JSON.stringify(line));
      this.#sql.exec(
        "DELETE FROM alert_log WHERE seq <= (SELECT MAX(seq) FROM alert_log) - ?",
        SLO_LIMITS.alertLogMax,
      );
    },
    log: () =>
      this.#sql
        .exec<{ seq: number; json: string }>(
          "SELECT seq, json FROM alert_log ORDER BY seq DESC LIMIT ?",
          SLO_LIMITS.alertLogShown,
        )
        .toArray()
        .map(({ seq, json }) => ({ ...(JSON.parse(json) as Omit<AlertLogLine, "seq">), seq })),
  };

  readonly outbox: OutboxRows = {
    load: () => this.#load<OutboxState>("outbox"),
    save: (state) => this.#save("outbox", state),
    oldest: () =>
      this.#sql
        .exec<{ seq: number; id: string; body: string }>(
          "SELECT seq, id, body FROM alert_outbox ORDER BY seq LIMIT 1",
        )
        .toArray()[0] ?? null,
    append: ({ id, body }: Message) => {
      this.#sql.exec("INSERT INTO alert_outbox (id, body) VALUES (?, ?)", id, body);
    },
    remove: (seq) => {
      this.#sql.exec("DELETE FROM alert_outbox WHERE seq = ?", seq);
    },
    waiting: () =>
      this.#sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM alert_outbox").one().count,
  };

  #load<T>(name: string): T | null {
    const [row] = this.#sql
      .exec<{ json: string }>("SELECT json FROM alert_state WHERE name = ?", name)
      .toArray();
    return row === undefined ? null : (JSON.parse(row.json) as T);
  }

  #save(name: string, value: unknown): void {
    const json = JSON.stringify(value);
    this.#sql.exec("INSERT OR REPLACE INTO alert_state VALUES (?, ?)", name, json);
  }
}
