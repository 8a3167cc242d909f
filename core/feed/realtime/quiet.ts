import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";

/** What may have happened that this bucket was not told, because it said that it need not be. */
export interface Untold {
  /** Unix ms of the last that may have; null while nobody is here, and promises go on. */
  readonly untilMs: number | null;
}

/** Where it outlives memory. Its calls are one step. */
export interface QuietStore {
  untold(): Untold | null;
  saveUntold(untold: Untold | null): void;
}

/**
 * Spares fan-out the buckets where nobody is. One in which nobody is remembered promises not to need
 * news for a while; what hides something is told all the same. The promise is a duration, which whoever tells counts from before the call, so it ends
 * there first, and no two clocks are compared. Whoever comes before it surely is over is told of a gap then.
 */
export class Quiet {
  readonly #store: QuietStore;
  #stored: Untold | null;
  #untilMs: number;
  /** Who came before it was over, and was not yet told so. */
  readonly #undeclared: Set<Id>;

  /** @param remembered who came while a promise was under way, should one be stored. */
  constructor(store: QuietStore, remembered: () => readonly Id[], nowMs: number) {
    this.#store = store;
    this.#stored = store.untold();
    // When it was given is not stored, that being a row each time: just now, at the latest.
    this.#untilMs = this.#stored === null ? -Infinity : (this.#stored.untilMs ?? endMs(nowMs));
    this.#undeclared = new Set(this.#stored === null ? [] : remembered());
  }

  /** Nobody is remembered. @returns for how long nothing need be told, ms. */
  promise(nowMs: number): number {
    if (this.#stored === null || this.#stored.untilMs !== null) this.#save({ untilMs: null });
    this.#untilMs = Math.max(this.#untilMs, endMs(nowMs));
    return LIMITS.socketQuietMs;
  }

  /** Somebody is remembered from now on: no more promises. */
  came(viewer: Id, nowMs: number): void {
    const isOver = nowMs >= this.#untilMs;
    if (!isOver) this.#undeclared.add(viewer);
    if (this.#stored?.untilMs === null) this.#save(isOver ? null : { untilMs: this.#untilMs });
  }

  /** When somebody is to be told of a gap, Unix ms. */
  dueMs(): number | null {
    return this.#undeclared.size === 0 ? null : this.#untilMs;
  }

  /** Who is to be told of a gap now: some of them, since each fetches what is on the screen. */
  due(nowMs: number): readonly Id[] {
    if (nowMs < this.#untilMs) return [];
    return [...this.#undeclared].slice(0, LIMITS.socketGapsPerTick);
  }

  /** Their gaps are stored. */
  declared(viewers: readonly Id[]): void {
    for (const viewer of viewers) this.#undeclared.delete(viewer);
    if (viewers.length > 0 && this.#undeclared.size === 0 && this.#stored?.untilMs !== null)
      this.#save(null);
  }

  /** What was asked at `askedMs` may miss what happened since, and nobody will tell of. */
  isFromBefore(askedMs: number, nowMs: number): boolean {
    return askedMs < this.#untilMs && nowMs >= this.#untilMs;
  }

  #save(untold: Untold | null): void {
    this.#store.saveUntold(untold);
    this.#stored = untold;
  }
}

const endMs = (nowMs: number): number => nowMs + LIMITS.socketQuietMs + LIMITS.socketQuietSkewMs;
