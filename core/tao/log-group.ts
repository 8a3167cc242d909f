import type { Id } from "../ids.ts";
import { assocKey, listKey } from "./keys.ts";
import type { LogRecord } from "./log.ts";
import type { AssocKey, Commit, IntentRow, ListRow, ObjectRow, OpRow, SourceRow } from "./store.ts";
import type { Assoc } from "./types.ts";
import type { Version } from "./version.ts";

/**
 * What one group commit leaves behind: all that another store needs to follow. Groups
 * connect by exact positions, so that a suffix which was lost elsewhere never fits.
 * The beginning of an epoch is a group too: without records, and with `head` in the new epoch.
 * What a group without records did beside comes with the next one.
 */
export interface LogGroup {
  /** The shard's head before, and once it is there. */
  readonly after: Version;
  readonly head: Version;
  readonly records: readonly LogRecord[];
  readonly ops: readonly OpRow[];
  readonly intents: readonly IntentRow[];
  readonly sources: readonly SourceRow[];
}

/** The log as its durable consumers read it, with how far each of them is. */
export interface GroupLog {
  /** Up to `limit` groups from `after` on, oldest first; null when `after` is not in the log (any more). */
  groupsAfter(after: Version, limit: number): Promise<readonly LogGroup[] | null>;
  /** null for a consumer that never was. */
  cursor(consumer: string): Promise<Version | null>;
  saveCursor(consumer: string, at: Version): Promise<void>;
}

/** Another region's copy of a shard, before anybody leads over it. */
export interface StandbyStore {
  head(): Promise<Version>;
  /** Takes a group in as a whole. @throws when its head is not `group.after`, or when it is away. */
  append(group: LogGroup): Promise<void>;
}

/** The end state of every key that a group touched. */
export function commitOf({ head, records, ops, intents, sources }: LogGroup): Commit {
  const objects = new Map<Id, ObjectRow>();
  const assocs = new Map<string, Assoc>();
  const removed = new Map<string, AssocKey>();
  const lists = new Map<string, ListRow>();
  for (const { epoch, entries } of records) {
    for (const { seq, mutation } of entries) {
      const version = { epoch, seq };
      if (mutation.kind === "object") {
        const { id, otype, data } = mutation;
        objects.set(id, { id, otype, data, version });
        continue;
      }
      const { id1, atype, id2, timeMs, data, count } = mutation;
      const key = assocKey({ id1, atype, id2 });
      assocs.delete(key);
      removed.delete(key);
      if (data === null) removed.set(key, { id1, atype, id2 });
      else assocs.set(key, { id1, atype, id2, timeMs, data, version });
      lists.set(listKey(id1, atype), { id1, atype, count, version });
    }
  }
  return {
    head,
    records,
    objects: [...objects.values()],
    assocs: [...assocs.values()],
    removedAssocs: [...removed.values()],
    lists: [...lists.values()],
    ops,
    intents,
    sources,
  };
}
