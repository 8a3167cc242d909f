import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { LruMap } from "../../lru.ts";

/** An id, a time, and their place in a map. */
const READER_BYTES = 80;

/**
 * Who has read their feed here lately: the readers that a feed cache is meant to serve. Memory only;
 * whoever wakes up with this empty still knows those with an entry.
 */
export class ActiveReaders {
  readonly #readMs = new LruMap<Id, number>(LIMITS.feedBucketEntriesMax * READER_BYTES);

  /** Notes a read. @returns whether there was one in the last `feedActiveMs`. */
  read(viewer: Id, nowMs: number): boolean {
    const lastMs = this.#readMs.get(viewer);
    this.#readMs.set(viewer, nowMs, READER_BYTES);
    return lastMs !== undefined && nowMs - lastMs < LIMITS.feedActiveMs;
  }
}
