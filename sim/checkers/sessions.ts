import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { History, ReadEvent, Seen, Violation } from "../history.ts";
import { type Position, positionOf, tellPosition } from "../position.ts";
import type { Truth } from "../truth.ts";
import { keyOf, spellsFrom, tell } from "./floor.ts";

/** What one client may rely on. */
interface Session {
  /** Per shard: its own acknowledged writes. */
  readonly written: Map<PhysicalShard, Position>;
  /** Per key: the oldest state that explains what it saw there. */
  readonly read: Map<string, Position>;
}

/**
 * G3 and G4: with a ticket, a client sees its own acknowledged writes and never a state
 * of a key before one it has seen. The reads of one request are asked at the same time, with one
 * ticket: none comes before another. Eventual reads promise neither, but count as seen. After a
 * lost suffix, what the new epoch started from counts as newer than all of it.
 */
export function checkSessions({ events }: History, truth: Truth): readonly Violation[] {
  const sessions = new Map<string, Session>();
  const violations: Violation[] = [];
  for (const event of events) {
    const session = sessions.get(event.client) ?? { written: new Map(), read: new Map() };
    sessions.set(event.client, session);
    if (event.kind === "write") {
      if (event.response !== null)
        raise(session.written, event.shard, positionOf(event.response.at));
      continue;
    }
    const raised: (readonly [key: string, from: Position])[] = [];
    for (const seen of event.unnamed ?? []) {
      const what = `${event.client} at ${event.doneMs}: its ticket does not name ${tell(seen)}`;
      violations.push({ guarantee: "G4 monotonic reads", what });
    }
    for (const seen of event.seen) {
      const key = keyOf(seen.observation);
      const floors = {
        written: session.written.get(seen.shard) ?? 0,
        read: session.read.get(key) ?? 0,
      };
      if (isPromised(event)) {
        const broken = brokenBy(truth, seen, floors, event.doneMs);
        if (broken !== null) {
          const since = broken.startsWith("G3") ? floors.written : floors.read;
          const what = `${event.client} at ${event.doneMs}: ${tell(seen)}, was at ${tellPosition(since)}`;
          violations.push({ guarantee: broken, what });
        }
      }
      // What promised nothing may have been of any state before: the oldest that explains it counts.
      const since = isPromised(event) ? floors.read : 0;
      const earliest = spellsFrom(truth, seen, since, event.doneMs)[0];
      if (earliest !== undefined) raised.push([key, earliest.from]);
    }
    for (const [key, from] of raised) raise(session.read, key, from);
  }
  return violations;
}

/** A client may allow an old answer, marked as such, instead of none. */
const isPromised = ({ consistency, allowStale, staleMs }: ReadEvent): boolean =>
  consistency !== "eventual" && !(allowStale && staleMs !== null);

function brokenBy(
  truth: Truth,
  seen: Seen,
  floors: { readonly written: Position; readonly read: Position },
  byMs: number,
): string | null {
  if (spellsFrom(truth, seen, floors.written, byMs).length === 0) return "G3 read your writes";
  return spellsFrom(truth, seen, floors.read, byMs).length === 0 ? "G4 monotonic reads" : null;
}

function raise<K>(floors: Map<K, Position>, key: K, seq: Position): void {
  floors.set(key, Math.max(floors.get(key) ?? 0, seq));
}
