import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { compareVersions, type Version } from "../../tao/version.ts";
import type { CountOf, SocketEvent } from "./port.ts";

export type Counts = { readonly [of in CountOf]?: number };

interface Live {
  waiting: Counts;
  /** Everything heard of the post, told or not. */
  newest: Counts;
  /** Unix ms, when they were last told. */
  toldMs: number;
  /** Position of the newest event of each kind. */
  readonly at: Map<CountOf, Version>;
}

/** Counts of watched posts on their way out: the last of each, a post at most once a second. */
export class LiveCounts {
  readonly #live = new Map<Id, Live>();

  has(post: Id): boolean {
    return this.#live.has(post);
  }

  /** One that is older than what is known is left out. */
  add({ post, of, count, at }: Extract<SocketEvent, { kind: "counts" }>): void {
    const live = this.#live.get(post) ?? {
      waiting: {},
      newest: {},
      toldMs: -Infinity,
      at: new Map(),
    };
    const known = live.at.get(of);
    if (at !== undefined && known !== undefined && compareVersions(at, known) < 0) return;
    if (at !== undefined) live.at.set(of, at);
    live.waiting = { ...live.waiting, [of]: count };
    live.newest = { ...live.newest, [of]: count };
    this.#live.set(post, live);
  }

  /** Takes what is due at `nowMs`. */
  take(nowMs: number): ReadonlyMap<Id, Counts> {
    const due = new Map<Id, Counts>();
    for (const [post, live] of this.#live) {
      const isWaiting = Object.keys(live.waiting).length > 0;
      if (nowMs - live.toldMs < LIMITS.socketCountsEveryMs) continue;
      if (!isWaiting) {
        // Quiet for long enough that nothing older can still be under way.
        if (nowMs - live.toldMs >= LIMITS.socketRevokedMs) this.#live.delete(post);
        continue;
      }
      due.set(post, live.waiting);
      live.waiting = {};
      live.toldMs = nowMs;
    }
    return due;
  }

  /** Tells the newest once more: it was not told to everybody who may know it. */
  again(posts: Iterable<Id>): void {
    for (const post of posts) {
      const live = this.#live.get(post);
      if (live !== undefined) live.waiting = { ...live.newest };
    }
  }

  /** Unix ms, when `take` has something next; null while nothing waits. */
  dueMs(): number | null {
    let dueMs: number | null = null;
    for (const { waiting, toldMs } of this.#live.values()) {
      if (Object.keys(waiting).length === 0) continue;
      const atMs = toldMs + LIMITS.socketCountsEveryMs;
      dueMs = dueMs === null ? atMs : Math.min(dueMs, atMs);
    }
    return dueMs;
  }

  /** What was heard of the post of late: it may be newer than what a follower answers. */
  newest(post: Id): Counts {
    return this.#live.get(post)?.newest ?? {};
  }
}
