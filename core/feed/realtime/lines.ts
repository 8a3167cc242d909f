import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { RateState } from "../../resilience/rate-limit.ts";
import type { ServerMessage } from "./port.ts";
import type { Original } from "./reach.ts";

/** One connection, whatever carries it. */
export interface Line {
  readonly viewer: Id;
  /** Unix ms: what it was opened with lets it listen until then. */
  readonly untilMs: number;
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
  /** Unix ms of the last sign of life, as far as the carrier knows; null when it does not. */
  heardMs(): number | null;
  /** Keeps what the line needs when the object's memory is lost under it. */
  keep(state: LineState): void;
}

/** What decides whether a post may still be followed. */
export interface Watched {
  readonly author: Id;
  /** What it reposts. */
  readonly original: Original | null;
}

export interface LineState {
  /** It has said where it begins, and is told everything since. */
  readonly began: boolean;
  /** Unix ms. */
  readonly openedMs: number;
  /** Posts that it follows and may see. */
  readonly watched: ReadonlyMap<Id, Watched>;
  /** Wanted, and not yet known to be visible. */
  readonly asked: ReadonlySet<Id>;
}

export const newLineState = (openedMs: number): LineState => ({
  began: false,
  openedMs,
  watched: new Map(),
  asked: new Set(),
});

/** A line, and what the switchboard knows about it. */
export interface OpenLine {
  readonly line: Line;
  began: boolean;
  readonly openedMs: number;
  readonly watched: Map<Id, Watched>;
  readonly asked: Set<Id>;
  rate: RateState | null;
}

/** It never began, or its client has not pinged for so long that it must be gone. */
export function isSilent({ began, line, openedMs }: OpenLine, nowMs: number): boolean {
  const heardMs = Math.max(openedMs, line.heardMs() ?? nowMs);
  if (nowMs - heardMs >= LIMITS.socketSilentMs) return true;
  return !began && nowMs - openedMs >= LIMITS.socketHelloMs;
}

const NO_LINES: ReadonlySet<OpenLine> = new Set();

/** The connections of one bucket, by viewer and by the posts that they follow. */
export class Lines {
  readonly #lines = new Map<Line, OpenLine>();
  readonly #byViewer = new Map<Id, Set<OpenLine>>();
  readonly #byPost = new Map<Id, Set<OpenLine>>();
  readonly #byOriginal = new Map<Id, Set<OpenLine>>();
  readonly #asking = new Map<Id, Set<OpenLine>>();

  get size(): number {
    return this.#lines.size;
  }

  add(line: Line, state: LineState): OpenLine {
    const open: OpenLine = {
      line,
      began: state.began,
      openedMs: state.openedMs,
      watched: new Map(state.watched),
      asked: new Set(state.asked),
      rate: null,
    };
    this.#lines.set(line, open);
    addTo(this.#byViewer, line.viewer, open);
    for (const [post, watched] of open.watched) this.#index(open, post, watched);
    for (const post of open.asked) addTo(this.#asking, post, open);
    return open;
  }

  remove(open: OpenLine): void {
    this.#lines.delete(open.line);
    removeFrom(this.#byViewer, open.line.viewer, open);
    for (const [post, { original }] of open.watched) {
      removeFrom(this.#byPost, post, open);
      if (original !== null) removeFrom(this.#byOriginal, original.post, open);
    }
    for (const post of open.asked) removeFrom(this.#asking, post, open);
    // An answer that is still on its way must not bring it back.
    open.asked.clear();
  }

  get(line: Line): OpenLine | undefined {
    return this.#lines.get(line);
  }

  all(): Iterable<OpenLine> {
    return this.#lines.values();
  }

  of(viewer: Id): ReadonlySet<OpenLine> {
    return this.#byViewer.get(viewer) ?? NO_LINES;
  }

  watching(post: Id): ReadonlySet<OpenLine> {
    return this.#byPost.get(post) ?? NO_LINES;
  }

  /** Those that follow a repost of it. */
  watchingRepostsOf(post: Id): ReadonlySet<OpenLine> {
    return this.#byOriginal.get(post) ?? NO_LINES;
  }

  /** Somebody follows the post, or will as soon as it is known that they may. */
  isWanted(post: Id): boolean {
    return this.#byPost.has(post) || this.#asking.has(post);
  }

  ask(open: OpenLine, post: Id): void {
    open.asked.add(post);
    addTo(this.#asking, post, open);
  }

  watch(open: OpenLine, post: Id, watched: Watched): void {
    this.unwatch(open, post);
    open.watched.set(post, watched);
    this.#index(open, post, watched);
  }

  unwatch(open: OpenLine, post: Id): void {
    const original = open.watched.get(post)?.original ?? null;
    open.watched.delete(post);
    open.asked.delete(post);
    removeFrom(this.#byPost, post, open);
    removeFrom(this.#asking, post, open);
    if (original === null) return;
    const others = [...open.watched.values()].some((one) => one.original?.post === original.post);
    if (!others) removeFrom(this.#byOriginal, original.post, open);
  }

  #index(open: OpenLine, post: Id, { original }: Watched): void {
    addTo(this.#byPost, post, open);
    if (original !== null) addTo(this.#byOriginal, original.post, open);
  }

  keep({ line, began, openedMs, watched, asked }: OpenLine): void {
    line.keep({ began, openedMs, watched, asked });
  }
}

function addTo<K>(index: Map<K, Set<OpenLine>>, key: K, open: OpenLine): void {
  const lines = index.get(key);
  if (lines === undefined) index.set(key, new Set([open]));
  else lines.add(open);
}

function removeFrom<K>(index: Map<K, Set<OpenLine>>, key: K, open: OpenLine): void {
  const lines = index.get(key);
  lines?.delete(open);
  if (lines?.size === 0) index.delete(key);
}
