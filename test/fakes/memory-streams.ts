import type { Untold } from "../../core/feed/realtime/quiet.ts";
import { decodeStream, encodeStream } from "../../core/feed/realtime/stream-text.ts";
import type { Stream } from "../../core/feed/realtime/stream.ts";
import type { StreamStore } from "../../core/feed/realtime/streams.ts";
import { formatId, type Id } from "../../core/ids.ts";

/** Rows as the object's table has them: text, so that nothing is shared with memory. */
export class MemoryStreams implements StreamStore {
  readonly #rows = new Map<Id, { readonly leftMs: number | null; readonly text: string }>();
  #untold: Untold | null = null;
  /** Lets the next saves fail. */
  isBroken = false;
  saved = 0;

  load(viewers: readonly Id[]): ReadonlyMap<Id, Stream> {
    return new Map(
      viewers.flatMap((viewer) => {
        const row = this.#rows.get(viewer);
        return row === undefined ? [] : [[viewer, decodeStream(row.text, row.leftMs)] as const];
      }),
    );
  }

  save(streams: ReadonlyMap<Id, Stream>): void {
    if (this.isBroken) throw new Error("the disk is full");
    for (const [viewer, stream] of streams) {
      this.saved++;
      this.#rows.set(viewer, { leftMs: stream.leftMs, text: encodeStream(stream) });
    }
  }

  untold(): Untold | null {
    return this.#untold;
  }

  saveUntold(untold: Untold | null): void {
    if (this.isBroken) throw new Error("the disk is full");
    this.#untold = untold;
  }

  drop(viewers: readonly Id[]): void {
    for (const viewer of viewers) this.#rows.delete(viewer);
  }

  viewers(): readonly Id[] {
    return [...this.#rows.keys()];
  }

  count(): number {
    return this.#rows.size;
  }

  mentioning(post: Id): readonly Id[] {
    return this.#where(({ text }) => text.includes(`"${formatId(post)}"`));
  }

  leftBefore(beforeMs: number): readonly Id[] {
    return this.#where(({ leftMs }) => leftMs !== null && leftMs < beforeMs);
  }

  present(): readonly Id[] {
    return this.#where(({ leftMs }) => leftMs === null);
  }

  #where(holds: (row: { leftMs: number | null; text: string }) => boolean): readonly Id[] {
    return [...this.#rows].filter(([, row]) => holds(row)).map(([viewer]) => viewer);
  }
}
