import type { OpsRecordStore, RecordedSection } from "../../platform/ops-record.ts";

/** Sections by name; `isAway` makes every call fail. */
export class MemoryOpsRecord implements OpsRecordStore {
  readonly sections = new Map<string, RecordedSection>();
  isAway = false;

  async read(name: string): Promise<RecordedSection | null> {
    if (this.isAway) throw new Error("away");
    return this.sections.get(name) ?? null;
  }

  async write(name: string, section: RecordedSection): Promise<void> {
    if (this.isAway) throw new Error("away");
    this.sections.set(name, section);
  }
}
