import type { KeptStage } from "../../core/rollout/observations.ts";
import type { Done, RegisterTable } from "../../core/rollout/registrar.ts";
import type { AuditDraft, AuditEntry, RolloutDocument } from "../../core/rollout/rollout.ts";

/** The register's table, in memory: outlives the registrars that are made over it. */
export class MemoryRegisterTable implements RegisterTable {
  #document: RolloutDocument | null = null;
  #stages: readonly KeptStage[] = [];
  #audit: { readonly entry: AuditEntry; readonly done: Done | null }[] = [];
  #seq = 0;

  load() {
    return { document: this.#document, stages: this.#stages };
  }

  save(document: RolloutDocument, audit: readonly AuditDraft[], done: Done | null): void {
    this.#document = document;
    for (const [index, draft] of audit.entries()) {
      this.#seq += 1;
      this.#audit.push({ entry: { seq: this.#seq, ...draft }, done: index === 0 ? done : null });
    }
  }

  keep(stages: readonly KeptStage[]): void {
    this.#stages = stages;
  }

  done(opId: string): Done | null {
    return this.#audit.find(({ done }) => done?.opId === opId)?.done ?? null;
  }

  audit(limit: number): AuditEntry[] {
    return this.oldest(this.#audit.length).toReversed().slice(0, limit);
  }

  auditSize(): number {
    return this.#audit.length;
  }

  oldest(limit: number): AuditEntry[] {
    return this.#audit.slice(0, limit).map(({ entry }) => entry);
  }

  forget(upToSeq: number): void {
    this.#audit = this.#audit.filter(({ entry }) => entry.seq > upToSeq);
  }
}
