import type { Change, Controller } from "../core/degradation/controller.ts";
import type { RegionWatchPorts } from "../core/degradation/region-watch.ts";
import { LIMITS } from "../core/limits.ts";

/** One row of state, and one per change of what was published: the audit log. Written when something changes. */
export class RegionControllerRows {
  readonly #sql: Pick<SqlStorage, "exec">;

  constructor(sql: Pick<SqlStorage, "exec">) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS controller (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS changes (revision INTEGER PRIMARY KEY, json TEXT NOT NULL);
    `);
  }

  readonly store: RegionWatchPorts["store"] = {
    load: () => {
      const [row] = this.#sql
        .exec<{ json: string }>("SELECT json FROM controller WHERE id = 1")
        .toArray();
      return row === undefined ? null : (JSON.parse(row.json) as Controller);
    },
    save: (controller) => {
      this.#sql.exec("INSERT OR REPLACE INTO controller VALUES (1, ?)", JSON.stringify(controller));
    },
    changes: () =>
      this.#sql
        .exec<{ json: string }>(
          "SELECT json FROM changes ORDER BY revision DESC LIMIT ?",
          LIMITS.levelChangesShown,
        )
        .toArray()
        .map(({ json }) => JSON.parse(json) as Change),
    append: (change) => {
      this.#sql.exec("INSERT INTO changes VALUES (?, ?)", change.revision, JSON.stringify(change));
      this.#sql.exec(
        "DELETE FROM changes WHERE revision <= ?",
        change.revision - LIMITS.levelChangesMax,
      );
    },
  };
}
