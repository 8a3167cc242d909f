import type { ActionLog, OperatorAction } from "../../core/ops/actions.ts";

/** Every write in order; `isAway` makes every call fail. */
export class MemoryActionLog implements ActionLog {
  readonly writes: OperatorAction[] = [];
  isAway = false;

  async list(limit: number): Promise<OperatorAction[]> {
    if (this.isAway) throw new Error("away");
    const newest = new Map(this.writes.map((action) => [action.id, action]));
    return [...newest.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
  }

  async write(action: OperatorAction): Promise<void> {
    if (this.isAway) throw new Error("away");
    this.writes.push(action);
  }
}
