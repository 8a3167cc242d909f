import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { compareVersions, maxVersion, type Version } from "../../tao/version.ts";
import type { PostCounts } from "../views.ts";
import type { BucketEvent, OwnWrite, PushedPost } from "./port.ts";

/** A post that arrived, Unix ms by the bucket's clock. */
export interface Arrived {
  readonly atMs: number;
  readonly pushed: PushedPost;
}

/** Who may see a post. */
export interface NewAudience {
  readonly atMs: number;
  /** Index into AUDIENCES; null: nobody, for ever. */
  readonly rank: number | null;
  /** Place in the post's log, if that is known. */
  readonly at: Version | null;
}

export interface NewCount {
  readonly atMs: number;
  readonly count: number;
  /** Place in the post's log. */
  readonly at: Version;
}

/** What became of a post. */
export interface PostChange {
  readonly audience?: NewAudience;
  readonly counts: Partial<Record<keyof PostCounts, NewCount>>;
}

export interface Forgotten {
  readonly atMs: number;
  /** Whoever reflects the viewer's shard up to here knows; null: nobody can tell. */
  readonly at: Version | null;
}

export interface Owned {
  readonly atMs: number;
  readonly write: OwnWrite;
}

/** A slice holds this part of the memory at most: what makes room is never all. */
const SLICES_MIN = 16;

/** Estimates, bytes: a post beside its text, and a line of any map. */
const POST_BYTES = 400;
const LINE_BYTES = 80;

/** Events of a stretch of time, by whom and what they are about. */
class Slice {
  readonly startMs: number;
  readonly pushes = new Map<Id, Arrived[]>();
  readonly announces: Arrived[] = [];
  readonly changes = new Map<Id, PostChange>();
  readonly forgotten = new Map<Id, Forgotten>();
  readonly owned = new Map<Id, Owned[]>();
  bytes = 0;

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  add(event: BucketEvent, atMs: number): void {
    switch (event.kind) {
      case "push": {
        const arrived = { atMs, pushed: event.pushed };
        for (const viewer of event.viewers) {
          const list = this.pushes.get(viewer);
          if (list === undefined) this.pushes.set(viewer, [arrived]);
          else list.push(arrived);
        }
        this.bytes += bytesOf(event.pushed) + LINE_BYTES * event.viewers.length;
        return;
      }
      case "announce":
        this.announces.push({ atMs, pushed: event.pushed });
        this.bytes += bytesOf(event.pushed);
        return;
      case "revoke":
        this.#revoke(event, atMs);
        return;
      case "count": {
        const counts = this.changes.get(event.post)?.counts ?? {};
        const { of, count, at } = event;
        const known = counts[of]?.at;
        // Two own writes may have read it at one place: the one that came last.
        if (known !== undefined && compareVersions(at, known) < 0) return;
        this.#change(event.post, { counts: { ...counts, [of]: { atMs, count, at } } });
        return;
      }
      case "forget":
        for (const viewer of event.viewers) {
          const known = this.forgotten.get(viewer);
          this.forgotten.set(viewer, { atMs, at: laterOf(known, event.at) });
        }
        this.bytes += LINE_BYTES * event.viewers.length;
        return;
      case "own": {
        const list = this.owned.get(event.viewer);
        if (list === undefined) this.owned.set(event.viewer, [{ atMs, write: event }]);
        else list.push({ atMs, write: event });
        this.bytes += 4 * LINE_BYTES;
      }
    }
  }

  #revoke({ post, audience, at }: Extract<BucketEvent, { kind: "revoke" }>, atMs: number): void {
    const told = { atMs, rank: audience ?? null, at: at ?? null };
    const known = this.changes.get(post)?.audience;
    // As long ago as the latest of them: whoever read it since then knows them all.
    const now = known === undefined ? told : { ...laterAudience(known, told), atMs };
    this.#change(post, { audience: now });
  }

  #change(post: Id, change: Partial<PostChange>): void {
    const known = this.changes.get(post);
    if (known === undefined) this.bytes += 2 * LINE_BYTES;
    this.changes.set(post, { ...(known ?? { counts: {} }), ...change });
  }
}

const bytesOf = ({ cell, original }: PushedPost): number =>
  POST_BYTES +
  cell.post.length +
  cell.user.length +
  (original === null ? 0 : POST_BYTES + original.post.length + original.user.length);

/** Of two, in the order in which they came. What is deleted stays so. */
export function laterAudience(known: NewAudience, told: NewAudience): NewAudience {
  if (known.rank === null) return known;
  const isLate = told.at !== null && compareVersions(told.at, known.at) < 0;
  return told.rank === null || !isLate ? told : known;
}

export const laterCount = (known: NewCount, told: NewCount): NewCount =>
  compareVersions(told.at, known.at) < 0 ? known : told;

/** One of them without a place in the log leaves the other in doubt too. */
const laterOf = (known: Forgotten | undefined, at: Version | undefined): Version | null => {
  if (at === undefined || known?.at === null) return null;
  return known === undefined ? at : maxVersion(known.at, at);
};

/**
 * What a bucket was told lately, for entries that were read meanwhile or come back from storage.
 * Bounded by age and by bytes; `sinceMs` says how far back it is whole.
 */
export class RecentEvents {
  /** Oldest first. */
  readonly #slices: Slice[] = [];
  readonly #bytesMax: number;
  #sinceMs: number;

  /** @param sinceMs nothing that came after it is unknown here. */
  constructor(sinceMs: number, bytesMax: number = LIMITS.feedEventsBytesMax) {
    this.#sinceMs = sinceMs;
    this.#bytesMax = bytesMax;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get isEmpty(): boolean {
    return this.#slices.length === 0;
  }

  get bytes(): number {
    return this.#slices.reduce((sum, slice) => sum + slice.bytes, 0);
  }

  /** In the order in which they came. */
  add(events: readonly BucketEvent[], atMs: number): void {
    const last = this.#slices.at(-1);
    const isOpen =
      last !== undefined &&
      atMs - last.startMs < LIMITS.feedEventsSliceMs &&
      last.bytes < this.#bytesMax / SLICES_MIN;
    const slice = isOpen ? last : new Slice(atMs);
    if (slice !== last) this.#slices.push(slice);
    for (const event of events) slice.add(event, atMs);
    this.trim(atMs);
  }

  /** Posts named to a viewer since then, oldest first. */
  pushesTo = (viewer: Id, sinceMs: number): Arrived[] =>
    this.#since(sinceMs).flatMap(({ pushes }) =>
      (pushes.get(viewer) ?? []).filter(({ atMs }) => atMs >= sinceMs),
    );

  announces = (sinceMs: number): Arrived[] =>
    this.#since(sinceMs).flatMap((slice) => slice.announces.filter(({ atMs }) => atMs >= sinceMs));

  /** What became of a post, oldest first. */
  changesOf = (post: Id): readonly PostChange[] =>
    this.#slices.flatMap(({ changes }) => changes.get(post) ?? []);

  /** Whether something later is known of the same: entries that have it must not go back. */
  isLate(event: BucketEvent): boolean {
    if (event.kind !== "count" && event.kind !== "revoke") return false;
    const { post, at } = event;
    if (at === undefined) return false;
    return this.#slices.some(({ changes }) => {
      const known = changes.get(post);
      const latest = event.kind === "count" ? known?.counts[event.of]?.at : known?.audience?.at;
      return latest !== undefined && compareVersions(at, latest) < 0;
    });
  }

  forgotten(viewer: Id, sinceMs: number): Forgotten[] {
    return this.#since(sinceMs).flatMap(({ forgotten }) => {
      const found = forgotten.get(viewer);
      return found !== undefined && found.atMs >= sinceMs ? [found] : [];
    });
  }

  /** All that a viewer is known to have written, oldest first. */
  ownedBy = (viewer: Id): readonly Owned[] =>
    this.#slices.flatMap(({ owned }) => owned.get(viewer) ?? []);

  /** A slice lasts a while: what it holds may be older than `sinceMs`. */
  #since = (sinceMs: number): readonly Slice[] =>
    this.#slices.filter(({ startMs }) => startMs >= sinceMs - LIMITS.feedEventsSliceMs);

  /** Drops what is too old, and the oldest while it is too much. */
  trim(nowMs: number): void {
    const oldMs = nowMs - LIMITS.feedEventsKeptMs;
    for (;;) {
      const [oldest, next] = this.#slices;
      if (oldest === undefined) return;
      // All of a slice came before its end: the next one's start, or as late as it may be.
      const endMs = next?.startMs ?? oldest.startMs + LIMITS.feedEventsSliceMs;
      if (endMs > oldMs && (next === undefined || this.bytes <= this.#bytesMax)) return;
      this.#sinceMs = Math.max(this.#sinceMs, endMs + 1);
      this.#slices.shift();
    }
  }
}
