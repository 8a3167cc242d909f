import { LIMITS } from "../limits.ts";
import { groupOf } from "./log-consumers.ts";
import type { GroupLog, LogGroup } from "./log-group.ts";
import type { GraphStore } from "./store.ts";
import { sameVersion, type Version } from "./version.ts";

/**
 * The log of a store for consumers that need its records alone. Costs a commit nothing: groups
 * are made from what the store keeps for followers anyway.
 */
export class RecordLog implements GroupLog {
  readonly #store: Pick<GraphStore, "head" | "logAfter">;
  readonly #cursors: Pick<GroupLog, "cursor" | "saveCursor">;

  constructor(
    store: Pick<GraphStore, "head" | "logAfter">,
    cursors: Pick<GroupLog, "cursor" | "saveCursor">,
  ) {
    this.#store = store;
    this.#cursors = cursors;
  }

  async groupsAfter(after: Version, _limit: number): Promise<readonly LogGroup[] | null> {
    const head = await this.#store.head();
    if (sameVersion(head, after)) return [];
    if (await this.#isElsewhere(after, head)) return null;
    if (after.seq === head.seq)
      return [{ after, head, records: [], ops: [], intents: [], sources: [] }];
    const records = await this.#store.logAfter(after, LIMITS.pushRecordsMax);
    return records === null ? null : groupOf(after, records);
  }

  cursor = (consumer: string): Promise<Version | null> => this.#cursors.cursor(consumer);
  saveCursor = (consumer: string, at: Version): Promise<void> =>
    this.#cursors.saveCursor(consumer, at);

  /** Is `after` in a part of the log that was lost, and written anew in a later epoch? */
  async #isElsewhere(after: Version, head: Version): Promise<boolean> {
    if (after.seq > head.seq) return true;
    if (after.epoch === head.epoch || after.seq === 0) return false;
    const [there] = (await this.#store.logAfter({ ...after, seq: after.seq - 1 }, 1)) ?? [];
    // Trimmed already: whoever was that far behind is told by what follows.
    if (there === undefined) return false;
    return there.epoch > after.epoch;
  }
}
