import type { ChunkCounts, ChunkKind, ChunkMove, ChunkPlace } from "./table.ts";

/** As much of a chunk's row as decides what is to be done about it. */
export interface IndexedChunk extends Pick<ChunkMove, "number" | "place" | "dueMs"> {
  readonly kind: ChunkKind;
}

/** Where a shard's chunks are and when each is due: kept beside their rows, so that nobody counts those. */
export class ChunkIndex {
  /** Those that something is yet to be done about: about as many as may be planned. */
  readonly #live = new Map<number, IndexedChunk>();
  readonly #dead = new Map<number, ChunkKind>();

  constructor(chunks: Iterable<IndexedChunk>) {
    for (const chunk of chunks) this.put(chunk);
  }

  put(chunk: IndexedChunk): void {
    const { number, place, kind } = chunk;
    this.drop(number);
    if (place === "dead") this.#dead.set(number, kind);
    else this.#live.set(number, chunk);
  }

  /** Of a chunk that is not there any more nothing is kept. */
  move({ number, place, dueMs }: Pick<ChunkMove, "number" | "place" | "dueMs">): void {
    const kind = this.#live.get(number)?.kind ?? this.#dead.get(number);
    if (kind !== undefined) this.put({ number, kind, place, dueMs });
  }

  drop(number: number): void {
    this.#live.delete(number);
    this.#dead.delete(number);
  }

  counts(): ChunkCounts {
    const waiting = this.#in("waiting").length;
    return { waiting, outstanding: this.#live.size - waiting, dead: this.#dead.size };
  }

  hasLive(kind: ChunkKind): boolean {
    return [...this.#live.values()].some((chunk) => chunk.kind === kind);
  }

  nextDueMs(): number | null {
    let next: number | null = null;
    for (const { dueMs } of this.#live.values()) next = Math.min(next ?? dueMs, dueMs);
    return next;
  }

  /** Numbers of at most `limit` in this place that are due, the oldest first. */
  due(place: Exclude<ChunkPlace, "dead">, nowMs: number, limit: number): readonly number[] {
    return this.#in(place)
      .filter(({ dueMs }) => dueMs <= nowMs)
      .toSorted((a, b) => a.dueMs - b.dueMs || a.number - b.number)
      .slice(0, limit)
      .map(({ number }) => number);
  }

  #in = (place: ChunkPlace): readonly IndexedChunk[] =>
    [...this.#live.values()].filter((chunk) => chunk.place === place);
}
