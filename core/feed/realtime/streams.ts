import type { Id } from "../../ids.ts";
import type { QuietStore } from "./quiet.ts";
import type { Stream } from "./stream.ts";

/** Keeps streams where they outlive the object's memory. Its calls are one step: nothing comes between. */
export interface StreamStore extends QuietStore {
  load(viewers: readonly Id[]): ReadonlyMap<Id, Stream>;
  /** All or nothing. */
  save(streams: ReadonlyMap<Id, Stream>): void;
  drop(viewers: readonly Id[]): void;
  viewers(): readonly Id[];
  count(): number;
  /** Viewers whose stream mentions the post. */
  mentioning(post: Id): readonly Id[];
  /** Viewers who left before this time, Unix ms. */
  leftBefore(beforeMs: number): readonly Id[];
  /** Viewers who are not known to have left. */
  present(): readonly Id[];
}

/** Streams in memory, over the store: what is changed is there once it is saved. */
export class Streams {
  readonly #store: StreamStore;
  readonly #loaded = new Map<Id, Stream>();
  readonly #changed = new Set<Id>();
  #count: number;

  constructor(store: StreamStore) {
    this.#store = store;
    this.#count = store.count();
  }

  /** Everybody who is remembered, in memory or not. */
  get count(): number {
    return this.#count;
  }

  /** The first of a viewer who has none. */
  add(viewer: Id, stream: Stream): void {
    this.#count++;
    this.set(viewer, stream);
  }

  /** Fetches those that are not in memory, in one step. */
  load(viewers: Iterable<Id>): void {
    const missing = [...viewers].filter((viewer) => !this.#loaded.has(viewer));
    if (missing.length === 0) return;
    for (const [viewer, stream] of this.#store.load(missing)) this.#loaded.set(viewer, stream);
  }

  /** Of a viewer whose stream was loaded; undefined when there is none. */
  get(viewer: Id): Stream | undefined {
    return this.#loaded.get(viewer);
  }

  set(viewer: Id, stream: Stream): void {
    this.#loaded.set(viewer, stream);
    this.#changed.add(viewer);
  }

  get isChanged(): boolean {
    return this.#changed.size > 0;
  }

  /**
   * @returns whose streams were changed.
   * @throws when the store does; then memory holds nothing that the store has not.
   */
  save(): Iterable<Id> {
    if (this.#changed.size === 0) return [];
    const changed = new Map<Id, Stream>();
    for (const viewer of this.#changed) {
      const stream = this.#loaded.get(viewer);
      if (stream !== undefined) changed.set(viewer, stream);
    }
    try {
      this.#store.save(changed);
    } catch (error) {
      this.#loaded.clear();
      this.#count = this.#store.count();
      throw error;
    } finally {
      this.#changed.clear();
    }
    return changed.keys();
  }

  /** Whose streams there are. */
  viewers(): readonly Id[] {
    return [...new Set([...this.#store.viewers(), ...this.#changed])];
  }

  mentioning(post: Id): readonly Id[] {
    return this.#store.mentioning(post);
  }

  /** Saved, and of a viewer who is not here: memory holds those who are. */
  release(viewer: Id): void {
    this.#loaded.delete(viewer);
  }

  /**
   * Drops whoever left before `leftBeforeMs`, and begins to count for those of whom it is only
   * known that they are not here: they went while the object was away.
   */
  expire(isHere: (viewer: Id) => boolean, leftBeforeMs: number, nowMs: number): void {
    const gone = this.#store.leftBefore(leftBeforeMs).filter((viewer) => !isHere(viewer));
    this.#store.drop(gone);
    this.#count -= gone.length;
    for (const viewer of gone) {
      this.#loaded.delete(viewer);
      this.#changed.delete(viewer);
    }
    const lost = this.#store.present().filter((viewer) => !isHere(viewer));
    this.load(lost);
    for (const viewer of lost) {
      const stream = this.#loaded.get(viewer);
      if (stream !== undefined) this.set(viewer, { ...stream, leftMs: nowMs });
    }
    this.save();
  }
}
