import type { Id } from "../../ids.ts";
import type { Version } from "../../tao/version.ts";
import type { FanoutRecord } from "./service.ts";
import type { Count } from "./work.ts";

/** What a shard's fan-out knows beside its rows. */
export interface FanoutHead {
  /** Events up to here are stored, planned or done; null before the first. */
  readonly position: Version | null;
  readonly activeShare: number;
  readonly entries: number;
  readonly resent: number;
  /** Unix ms of the last chunk of counts. */
  readonly countsMs: number;
}

/** Events wait in two queues: `posts` to spread, one by one, and what goes `beside`, many in a chunk. */
export type EventQueue = "posts" | "beside";

/** An event that waits to be planned. `text` as `encodeEvent` made it. */
export interface EventRow {
  readonly number: number;
  readonly text: string;
  readonly fromMs: number;
}

export type ChunkKind = "push" | "announce" | "beside" | "counts";

export interface NewChunk {
  readonly kind: ChunkKind;
  /** What it spreads; null when that is no post. */
  readonly post: Id | null;
  readonly work: string;
  readonly fromMs: number;
}

/** `waiting` for its turn, `outstanding` on its way, `dead` after too many tries. */
export type ChunkPlace = "waiting" | "outstanding" | "dead";

export interface ChunkRow extends NewChunk {
  readonly number: number;
  readonly tries: number;
  readonly lastError: string | null;
}

/** Where a chunk goes next. */
export interface ChunkMove {
  readonly number: number;
  readonly place: ChunkPlace;
  /** Unix ms from which on something is to be done about it. */
  readonly dueMs: number;
  readonly tries: number;
  readonly lastError: string | null;
}

export interface ChunkCounts {
  readonly waiting: number;
  readonly outstanding: number;
  readonly dead: number;
}

/**
 * What a shard's fan-out keeps: survives the object at every moment. All of it is synchronous,
 * so that nothing comes between the steps of one turn. Changes are made in `transaction` alone. How
 * much there is, and when something is due, is known without reading rows.
 */
export interface FanoutTable {
  /** All of `body` becomes durable, or none. */
  transaction(body: () => void): void;

  head(): FanoutHead;
  saveHead(head: FanoutHead): void;

  addEvent(queue: EventQueue, text: string, fromMs: number): void;
  /** The oldest first. */
  events(queue: EventQueue, limit: number): readonly EventRow[];
  dropEvent(queue: EventQueue, number: number): void;
  eventCount(queue: EventQueue): number;
  /** Keeps the newest of each post. */
  putCount(count: Count, fromMs: number): void;
  /** The oldest first, with the oldest write among them. */
  counts(limit: number): { readonly counts: readonly Count[]; readonly fromMs: number };
  dropCount(count: Count): void;
  countCount(): number;

  addChunk(chunk: NewChunk, dueMs: number): void;
  chunk(number: number): ChunkRow | null;
  /** At most `limit` in this place that are due, the oldest first. */
  due(place: Exclude<ChunkPlace, "dead">, nowMs: number, limit: number): readonly ChunkRow[];
  dead(limit: number): readonly ChunkRow[];
  move(move: ChunkMove): void;
  dropChunk(number: number): void;
  chunkCounts(): ChunkCounts;
  hasChunkOf(kind: ChunkKind): boolean;
  /** When the next chunk is due, unless dead; null when there is none. */
  nextDueMs(): number | null;
  /** Unix ms of the oldest write whose work is not done, dead letters left out. */
  oldestMs(): number | null;

  /** Replaces an earlier one of the same post, and forgets the oldest beyond `max`, some of them at a time. */
  putRecord(record: FanoutRecord, max: number): void;
  record(post: Id): FanoutRecord | null;
  /** The newest first. */
  records(limit: number): readonly FanoutRecord[];
}
