import type { Id } from "../ids.ts";
import { compareListOrder, type ListCursor } from "./types.ts";
import type { UnionEntry, UnionResponse } from "./union.ts";

/** What one shard has told so far, over one or more calls. */
export interface ShardPart {
  readonly id1s: readonly Id[];
  entries: UnionEntry[];
  more: boolean;
}

/**
 * Entries to ask a shard for that has `lists` of `listsInAll`, when `limit` are wanted in
 * all: its even share, four deviations and three. Enough in one call unless a shard has far
 * more of the newest than that; it is then asked again (2 % of the pages of docs/bench.md).
 */
export function entriesOf(limit: number, lists: number, listsInAll: number): number {
  const share = ((limit + 1) * lists) / listsInAll;
  return Math.min(limit + 1, Math.ceil(share + 4 * Math.sqrt(share) + 3));
}

export const cursorOf = (entry: UnionEntry): ListCursor => ({
  timeMs: entry.timeMs,
  id2: entry.id2,
});

export function addResponse(
  part: ShardPart,
  response: Pick<UnionResponse, "entries" | "more">,
): void {
  part.entries.push(...response.entries);
  part.more = response.more;
}

/**
 * Where the merged list stops being complete: the newest of the last entries of those
 * shards that have more. null: complete to the end.
 */
export function frontierOf(parts: readonly ShardPart[]): ListCursor | null {
  let frontier: ListCursor | null = null;
  for (const { entries, more } of parts) {
    const last = entries.at(-1);
    if (!more || last === undefined) continue;
    if (frontier === null || compareListOrder(last, frontier) < 0) frontier = cursorOf(last);
  }
  return frontier;
}

/** All entries down to the frontier, in list order. */
export function mergeParts(parts: readonly ShardPart[], frontier: ListCursor | null): UnionEntry[] {
  const all = parts.flatMap((part) => part.entries);
  const complete =
    frontier === null ? all : all.filter((entry) => compareListOrder(entry, frontier) <= 0);
  return complete.toSorted(compareListOrder);
}

/** The shards that hold the frontier back: asking them further moves it. */
export const blockersOf = (parts: readonly ShardPart[], frontier: ListCursor): ShardPart[] =>
  parts.filter(({ entries, more }) => {
    const last = entries.at(-1);
    return more && last !== undefined && compareListOrder(last, frontier) === 0;
  });
