import type { Clock } from "../../clock.ts";
import type { Id } from "../../ids.ts";
import { Audiences } from "./audiences.ts";
import { Lines } from "./lines.ts";
import { LiveCounts } from "./live-counts.ts";
import { type LookupPorts, Lookups } from "./lookups.ts";
import { Pending } from "./pending.ts";
import { Quiet } from "./quiet.ts";
import { Revoked } from "./revoked.ts";
import { Streams, type StreamStore } from "./streams.ts";

/** What a bucket knows of its viewers and their connections. */
export interface Board {
  /** Unix ms: what was withdrawn before is not in memory. */
  readonly wokeMs: number;
  readonly lines: Lines;
  readonly streams: Streams;
  readonly pending: Pending;
  readonly quiet: Quiet;
  readonly counts: LiveCounts;
  readonly revoked: Revoked<Id>;
  readonly audiences: Audiences;
  /** Posts of which it is being asked who may still see them: nothing is told of them. */
  readonly unsure: Set<Id>;
  /** Who was lately hidden from whom: `hiddenKey`. */
  readonly hidden: Revoked<string>;
  readonly lookups: Lookups;
}

export function newBoard(
  clock: Clock,
  store: StreamStore,
  lookups: Pick<LookupPorts, "graph" | "found" | "failed">,
): Board {
  const audiences = new Audiences();
  const wokeMs = clock.nowMs();
  const quiet = new Quiet(store, () => store.viewers(), wokeMs);
  return {
    wokeMs,
    lines: new Lines(),
    streams: new Streams(store),
    pending: new Pending(),
    quiet,
    counts: new LiveCounts(),
    revoked: new Revoked(),
    audiences,
    unsure: new Set(),
    hidden: new Revoked(),
    lookups: new Lookups({ ...lookups, clock, audiences }),
  };
}

export const hiddenKey = (viewer: Id, other: Id): string => `${viewer} ${other}`;
