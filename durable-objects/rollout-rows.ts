import type { KeptStage } from "../core/rollout/observations.ts";
import type { Done, RegisterTable } from "../core/rollout/registrar.ts";
import type { AuditDraft, AuditEntry, RolloutDocument } from "../core/rollout/rollout.ts";

type Json = { readonly json: string };
type AuditRow = Json & { readonly seq: number };

/**
 * The register's document, the sums of its stages, and its audit log. Writes of one call have no await
 * between them, so that the platform commits them together.
 */
export class SqlRegisterTable implements RegisterTable {
  readonly #sql: Pick<SqlStorage, "exec">;

  constructor(sql: Pick<SqlStorage, "exec">) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS document (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS stages (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL,
        op_id TEXT UNIQUE, fingerprint TEXT, rollout TEXT NOT NULL
      );
    `);
  }

  load() {
    const [document] = this.#sql.exec<Json>("SELECT json FROM document").toArray();
    const stages = this.#sql.exec<Json>("SELECT json FROM stages").toArray();
    return {
      document: document === undefined ? null : (JSON.parse(document.json) as RolloutDocument),
      stages: stages.map(({ json }) => JSON.parse(json) as KeptStage),
    };
  }

  save(document: RolloutDocument, audit: readonly AuditDraft[], done: Done | null): void {
    this.#sql.exec("INSERT OR REPLACE INTO document VALUES (1, ?)", JSON.stringify(document));
    for (const [index, draft] of audit.entries()) {
      const by = index === 0 ? done : null;
      this.#sql.exec(
        "INSERT INTO audit (json, op_id, fingerprint, rollout) VALUES (?, ?, ?, ?)",
        JSON.stringify(draft),
        by?.opId ?? null,
        by?.fingerprint ?? null,
        draft.rollout,
      );
    }
  }

  keep(stages: readonly KeptStage[]): void {
    this.#sql.exec("DELETE FROM stages");
    for (const stage of stages)
      this.#sql.exec("INSERT INTO stages VALUES (?, ?)", stage.id, JSON.stringify(stage));
  }

  done(opId: string): Done | null {
    const [row] = this.#sql
      .exec<{ fingerprint: string; rollout: string }>(
        "SELECT fingerprint, rollout FROM audit WHERE op_id = ?",
        opId,
      )
      .toArray();
    return row === undefined ? null : { opId, ...row };
  }

  audit(limit: number): AuditEntry[] {
    return this.#entries("SELECT seq, json FROM audit ORDER BY seq DESC LIMIT ?", limit);
  }

  auditSize(): number {
    return this.#sql.exec<{ size: number }>("SELECT count(*) AS size FROM audit").one().size;
  }

  oldest(limit: number): AuditEntry[] {
    return this.#entries("SELECT seq, json FROM audit ORDER BY seq LIMIT ?", limit);
  }

  forget(upToSeq: number): void {
    this.#sql.exec("DELETE FROM audit WHERE seq <= ?", upToSeq);
  }

  #entries(query: string, limit: number): AuditEntry[] {
    const rows = this.#sql.exec<AuditRow>(query, limit).toArray();
    return rows.map(({ seq, json }) => ({ seq, ...(JSON.parse(json) as AuditDraft) }));
  }
}
