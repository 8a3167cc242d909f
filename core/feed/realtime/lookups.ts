import type { Clock } from "../../clock.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { Audiences } from "./audiences.ts";
import type { RealtimeGraph, SeenPost } from "./graph.ts";
import type { OpenLine } from "./lines.ts";

export interface LookupPorts {
  readonly graph: Pick<RealtimeGraph, "visible">;
  readonly clock: Clock;
  readonly audiences: Audiences;
  readonly found: (open: OpenLine, found: Found) => void;
  /** The graph is away: `start` is to be called again a little later. */
  readonly failed: (reason: string) => void;
}

/** What the graph says of one post. */
export interface Found {
  readonly post: Id;
  /** null: the viewer may not see the post, or there is none. */
  readonly seen: SeenPost | null;
  /** Unix ms, when the graph was asked. */
  readonly askedMs: number;
  /** What was told of audiences by then: `Audiences.revision`. */
  readonly askedRevision: number;
}

type Batch = readonly (readonly [OpenLine, readonly Id[]])[];

/** Finds out for lines which of the posts that they ask about they may follow. */
export class Lookups {
  readonly #ports: LookupPorts;
  readonly #waiting = new Set<OpenLine>();
  #running = 0;

  constructor(ports: LookupPorts) {
    this.#ports = ports;
  }

  /** Of everything in `open.asked`. What is asked while batches are under way is the next batch. */
  add(open: OpenLine): void {
    this.#waiting.add(open);
  }

  forget(open: OpenLine): void {
    this.#waiting.delete(open);
  }

  start(): void {
    while (this.#running < LIMITS.watchLookupsMax) {
      const batch = this.#takeBatch();
      if (batch.length === 0) return;
      void this.#run(batch);
    }
  }

  async #run(batch: Batch): Promise<void> {
    this.#running++;
    const wanted = new Map<Id, ReadonlySet<Id>>();
    for (const [{ line }, posts] of batch)
      wanted.set(line.viewer, new Set([...(wanted.get(line.viewer) ?? []), ...posts]));
    const { audiences, clock, graph } = this.#ports;
    const asked = { askedMs: clock.nowMs(), askedRevision: audiences.revision };
    const answer = await graph.visible(wanted, (post) => audiences.get(post, clock.nowMs()));
    this.#running--;
    if (!answer.ok) {
      // Until it is known, nothing is told: closed, not open.
      for (const [open] of batch) this.#waiting.add(open);
      this.#ports.failed(answer.error.code);
      return;
    }
    for (const [open, posts] of batch) {
      const seen = answer.value.get(open.line.viewer);
      for (const post of posts)
        if (open.asked.has(post))
          this.#ports.found(open, { post, seen: seen?.get(post) ?? null, ...asked });
    }
    this.start();
  }

  #takeBatch(): Batch {
    const batch: [OpenLine, readonly Id[]][] = [];
    let pairs = 0;
    for (const open of this.#waiting) {
      if (pairs > 0 && pairs + open.asked.size > LIMITS.watchLookupPairsMax) break;
      pairs += open.asked.size;
      this.#waiting.delete(open);
      if (open.asked.size > 0) batch.push([open, [...open.asked]]);
    }
    return batch;
  }
}
