import type { Commit, PlanKeys, PlanRows } from "../../core/tao/store.ts";
import { MemoryStore } from "./memory-store.ts";

/** A store in memory that stops where a test says, until it goes on. */
export class HeldStore extends MemoryStore {
  /** Calls whose answer is held back. */
  holds: "planRows" | "commit" | "logAfter" | null = null;
  #waiting: (() => void)[] = [];

  /** Resolves once a call is being held. */
  async reached(): Promise<void> {
    for (let turns = 0; this.#waiting.length === 0; turns++) {
      if (turns > 10_000) throw new Error(`nobody called ${this.holds}`);
      await Promise.resolve();
    }
  }

  goOn(): void {
    this.holds = null;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  override async planRows(keys: PlanKeys): Promise<PlanRows> {
    const rows = await super.planRows(keys);
    await this.#hold("planRows");
    return rows;
  }

  override async commit(commit: Commit): Promise<void> {
    await super.commit(commit);
    await this.#hold("commit");
  }

  override async logAfter(...asked: Parameters<MemoryStore["logAfter"]>) {
    const found = await super.logAfter(...asked);
    await this.#hold("logAfter");
    return found;
  }

  async #hold(call: NonNullable<HeldStore["holds"]>): Promise<void> {
    if (this.holds === call) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
