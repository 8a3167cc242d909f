import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { History, Seen, Seq, Violation } from "../history.ts";
import type { Truth } from "../truth.ts";
import { keyOf, spellsFrom, tell } from "./floor.ts";

/** What one client may rely on. */
interface Session {
  /** Per shard: its own acknowledged writes. */
  readonly written: Map<PhysicalShard, Seq>;
  /** Per key: the oldest state that explains what it saw there. */
  readonly read: Map<string, Seq>;
}

/**
 * G3 and G4: with a ticket, a client sees its own acknowledged writes and never a state
 * of a key before one it has seen. Eventual reads promise neither, but count as seen.
 */
export function checkSessions({ events }: History, truth: Truth): readonly Violation[] {
  const sessions = new Map<string, Session>();
  const violations: Violation[] = [];
  for (const event of events) {
    const session = sessions.get(event.client) ?? { written: new Map(), read: new Map() };
    sessions.set(event.client, session);
    if (event.kind === "write") {
      if (event.response !== null) raise(session.written, event.shard, event.response.at.seq);
      continue;
    }
    for (const seen of event.seen) {
      const key = keyOf(seen.observation);
      const floors = {
        written: session.written.get(seen.shard) ?? 0,
        read: session.read.get(key) ?? 0,
      };
      if (event.consistency !== "eventual") {
        const broken = brokenBy(truth, seen, floors, event.doneMs);
        if (broken !== null) {
          const since = broken.startsWith("G3") ? floors.written : floors.read;
          const what = `${event.client} at ${event.doneMs}: ${tell(seen)}, was at ${since}`;
          violations.push({ guarantee: broken, what });
        }
      }
      const earliest = spellsFrom(truth, seen, floors.read, event.doneMs)[0];
      if (earliest !== undefined) raise(session.read, key, earliest.from);
    }
  }
  return violations;
}

function brokenBy(
  truth: Truth,
  seen: Seen,
  floors: { readonly written: Seq; readonly read: Seq },
  byMs: number,
): string | null {
  if (spellsFrom(truth, seen, floors.written, byMs).length === 0) return "G3 read your writes";
  return spellsFrom(truth, seen, floors.read, byMs).length === 0 ? "G4 monotonic reads" : null;
}

function raise<K>(floors: Map<K, Seq>, key: K, seq: Seq): void {
  floors.set(key, Math.max(floors.get(key) ?? 0, seq));
}
