import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { LruMap } from "../../lru.ts";
import { compareVersions, type Version } from "../../tao/version.ts";
import type { CellTable } from "./cells.ts";
import { arrivalOf, type Corrections, corrected } from "./correct.ts";
import { type Arrival, Entry } from "./entry.ts";
import type { OwnWrite } from "./port.ts";
import type { RecentEvents } from "./recent.ts";
import { decodeRecord, type EntryRecord } from "./record.ts";

/** Where entries outlive a bucket's memory. */
export interface EntryRows {
  /** Viewers of stored entries, and when those were built. */
  entries(): Iterable<readonly [viewer: Id, builtMs: number]>;
  entry(viewer: Id): string | null;
  putEntry(viewer: Id, builtMs: number, record: string): void;
  dropEntry(viewer: Id): void;
}

/**
 * The entries of a bucket. One rule keeps them right: an entry shows what was read at `builtMs` and
 * every event since a follower's TTL before that, because a follower is never further behind.
 * Events may repeat and come late. So an entry that was just built, one that comes back from
 * storage and one that was here all the time are the same.
 */
export class BucketEntries {
  readonly #rows: EntryRows;
  readonly #cells: CellTable;
  readonly #recent: RecentEvents;
  readonly #memory: LruMap<Id, Entry>;
  /** Of every stored entry, when it was built: in memory or not. */
  readonly #stored: Map<Id, number>;

  constructor(rows: EntryRows, cells: CellTable, recent: RecentEvents, bytesMax: number) {
    this.#rows = rows;
    this.#cells = cells;
    this.#recent = recent;
    this.#memory = new LruMap(bytesMax, (entry: Entry) => entry.release());
    this.#stored = new Map(rows.entries());
  }

  get counters() {
    const { size: entries, bytes } = this.#memory;
    return { entries, bytes, stored: this.#stored.size };
  }

  find(viewer: Id, nowMs: number, ttlMs: number): Entry | "cold" | "expired" {
    const builtMs = this.#stored.get(viewer);
    if (builtMs === undefined) return "cold";
    if (nowMs - builtMs >= ttlMs) return "expired";
    return this.#memory.get(viewer) ?? this.#load(viewer) ?? "cold";
  }

  /** Keeps what was built, unless it may lack something. */
  put(record: EntryRecord, text: string, nowMs: number): boolean {
    const { viewer, builtMs } = record;
    const tookMs = nowMs - builtMs;
    if (tookMs < 0 || tookMs > LIMITS.feedBuildMsMax) return false;
    const known = this.#stored.get(viewer);
    if (known === undefined && this.#stored.size >= LIMITS.feedBucketEntriesMax) return false;
    // Two requests missed: what was read later is nearer to the truth.
    if (known !== undefined && known > builtMs) return false;
    if (this.#admit(record) === null) return false;
    this.#rows.putEntry(viewer, builtMs, text);
    this.#stored.set(viewer, builtMs);
    return true;
  }

  /** Into the entries of these viewers, or of whoever follows the author; nothing is stored: events are. */
  arrive(arrival: Arrival, viewers: readonly Id[] | null): void {
    const entries =
      viewers === null
        ? [...this.#memory.values()]
        : viewers.flatMap((viewer) => this.#memory.get(viewer) ?? []);
    for (const entry of entries) {
      if (!insert(entry, arrival)) this.drop(entry.record.viewer);
    }
  }

  /** Of a viewer whose entry is not in memory it is found when that comes back. */
  own(write: OwnWrite): void {
    this.#memory.get(write.viewer)?.own(write, false);
  }

  isActive(viewer: Id, nowMs: number): boolean {
    const builtMs = this.#stored.get(viewer);
    return builtMs !== undefined && nowMs - builtMs < LIMITS.feedCacheTtlMs;
  }

  /** Unless the entry is known to reflect the viewer's shard up to `at`. */
  forget(viewer: Id, at: Version | null): void {
    if (!this.#stored.has(viewer)) return;
    const since = this.#memory.get(viewer)?.record.since ?? null;
    if (at === null || compareVersions(since, at) < 0) this.drop(viewer);
  }

  drop(viewer: Id): void {
    this.#leaveMemory(viewer);
    this.#stored.delete(viewer);
    this.#rows.dropEntry(viewer);
  }

  /** Those built up to then; their rows are the caller's. */
  expire(builtUpToMs: number): void {
    for (const [viewer, builtMs] of this.#stored) {
      if (builtMs > builtUpToMs) continue;
      this.#stored.delete(viewer);
      this.#leaveMemory(viewer);
    }
  }

  #load(viewer: Id): Entry | null {
    const text = this.#rows.entry(viewer);
    const entry = text === null ? null : this.#admit(decodeRecord(text));
    if (entry === null) this.drop(viewer);
    return entry;
  }

  /** Brings an entry up to date; null when it may lack something that is not known here any more. */
  #admit(record: EntryRecord): Entry | null {
    const { viewer, builtMs, since, cells } = record;
    const sinceMs = builtMs - LIMITS.followerTtlMs;
    if (sinceMs < this.#recent.sinceMs) return null;
    const isBehind = this.#recent
      .forgotten(viewer, sinceMs)
      .some(({ at }) => at === null || compareVersions(since, at) < 0);
    if (isBehind) return null;

    const corrections = this.#corrections(sinceMs);
    const right = [...cells].flatMap(([id, content]) => {
      const now = corrected(content, corrections);
      return now === null ? [] : [[id, now] as const];
    });
    this.#leaveMemory(viewer);
    const entry = new Entry({ ...record, cells: new Map(right) }, this.#cells);
    if (!this.#catchUp(entry, sinceMs)) {
      entry.release();
      return null;
    }
    for (const { atMs, write } of this.#recent.ownedBy(viewer)) entry.own(write, atMs < sinceMs);
    this.#memory.set(viewer, entry, entry.bytes);
    // One that is larger than all the memory is let go of at once.
    return this.#memory.get(viewer) === entry ? entry : null;
  }

  /** Posts that arrived while, or shortly before, the entry was read. */
  #catchUp(entry: Entry, sinceMs: number): boolean {
    const { viewer } = entry.record;
    const arrived = [...this.#recent.pushesTo(viewer, sinceMs), ...this.#recent.announces(sinceMs)];
    const corrections = this.#corrections(-Infinity);
    return arrived
      .filter(({ pushed }) => entry.follows(pushed.cell.author))
      .every(({ pushed }) => {
        const arrival = arrivalOf(pushed, corrections);
        return arrival === null || insert(entry, arrival);
      });
  }

  #corrections = (sinceMs: number): Corrections => ({
    sinceMs,
    changesOf: this.#recent.changesOf,
  });

  #leaveMemory(viewer: Id): void {
    const entry = this.#memory.get(viewer);
    if (entry === undefined) return;
    this.#memory.delete(viewer);
    entry.release();
  }
}

/** @returns false when the rules cannot be applied to it: the entry must be built anew. */
function insert(entry: Entry, arrival: Arrival): boolean {
  const { content, original } = arrival;
  if (!entry.follows(content.post.author)) return true;
  const isKnown =
    entry.knows(content.post.author) && (original === null || entry.knows(original.post.author));
  if (isKnown) entry.insert(arrival);
  return isKnown;
}
