import type { IndexedChunk } from "../core/feed/fanout/chunk-index.ts";
import type { ChunkKind, ChunkPlace, ChunkRow, FanoutHead } from "../core/feed/fanout/table.ts";
import type { FanoutRecord, FanoutStrategy } from "../core/feed/fanout/service.ts";
import { type Id, idFromKey } from "../core/ids.ts";

export type Cell = string | number | null;
export type Row = Record<string, Cell>;

const EMPTY: FanoutHead = {
  position: null,
  // Before anybody was named, everybody may be there.
  activeShare: 1,
  entries: 0,
  resent: 0,
  countsMs: 0,
};

export const num = (row: Row, column: string): number => Number(row[column]);
export const text = (row: Row, column: string): string => String(row[column]);
const idOrNull = (cell: Cell | undefined): Id | null =>
  typeof cell === "string" ? idFromKey(cell) : null;

/** @param row null before the first. */
export function headOf(row: Row | null): FanoutHead {
  if (row === null) return EMPTY;
  return {
    position: row["epoch"] === null ? null : { epoch: num(row, "epoch"), seq: num(row, "seq") },
    activeShare: num(row, "active_share"),
    entries: num(row, "entries"),
    resent: num(row, "resent"),
    countsMs: num(row, "counts_ms"),
  };
}

export const indexedOf = (row: Row): IndexedChunk => ({
  number: num(row, "number"),
  kind: text(row, "kind") as ChunkKind,
  place: text(row, "place") as ChunkPlace,
  dueMs: num(row, "due_ms"),
});

export const chunkOf = (row: Row): ChunkRow => ({
  number: num(row, "number"),
  kind: text(row, "kind") as ChunkKind,
  post: idOrNull(row["post"]),
  work: text(row, "work"),
  fromMs: num(row, "from_ms"),
  tries: num(row, "tries"),
  lastError: typeof row["last_error"] === "string" ? row["last_error"] : null,
});

export const recordOf = (row: Row): FanoutRecord => ({
  post: idFromKey(text(row, "post")),
  author: idFromKey(text(row, "author")),
  strategy: text(row, "strategy") as FanoutStrategy,
  reason: text(row, "reason"),
  followers: num(row, "followers"),
  costMs: num(row, "cost_ms"),
  chunks: num(row, "chunks"),
  chunksDone: num(row, "chunks_done"),
  named: num(row, "named"),
  active: num(row, "active"),
  calls: num(row, "calls"),
  postedMs: num(row, "posted_ms"),
  plannedMs: num(row, "planned_ms"),
  doneMs: row["done_ms"] === null ? null : num(row, "done_ms"),
});
