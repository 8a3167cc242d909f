import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { type News, newPosts, type Stream } from "./stream.ts";

/** A change of what counts as new; null when it changes nothing. */
export type Recount = (stream: Stream) => Stream | null;

/** What a viewer will be told at the next tick: of each kind once, however often it happened. */
interface Waiting {
  readonly recounts: Recount[];
  /** Something may be missing: nobody told it. */
  gap: boolean;
  notified: boolean;
  readonly revoked: Set<Id>;
  readonly hidden: Set<Id>;
}

/**
 * What has happened and is not yet in any stream. Streams change only together with what is
 * told of the change: stored apart, an event that comes again would seem told already.
 */
export class Pending {
  #byViewer = new Map<Id, Waiting>();

  get isEmpty(): boolean {
    return this.#byViewer.size === 0;
  }

  viewers(): Iterable<Id> {
    return this.#byViewer.keys();
  }

  of(viewer: Id): Waiting {
    const known = this.#byViewer.get(viewer);
    if (known !== undefined) return known;
    const waiting: Waiting = {
      recounts: [],
      gap: false,
      notified: false,
      revoked: new Set(),
      hidden: new Set(),
    };
    this.#byViewer.set(viewer, waiting);
    return waiting;
  }

  /** A change of what counts as new; one too many is a gap. */
  recount(viewer: Id, recount: Recount): void {
    const waiting = this.of(viewer);
    if (waiting.recounts.length < LIMITS.socketRecountsMax) waiting.recounts.push(recount);
    else waiting.gap = true;
  }

  /** Takes everything. */
  take(): ReadonlyMap<Id, Waiting> {
    const all = this.#byViewer;
    this.#byViewer = new Map();
    return all;
  }
}

/** The stream with all that waits in it, and what there is to tell of it: what protects comes first. */
export function applyWaiting(
  before: Stream,
  { recounts, notified, revoked, hidden }: Waiting,
): { readonly stream: Stream; readonly news: readonly News[] } {
  const stream = recounts.reduce((last, recount) => recount(last) ?? last, before);
  const news: News[] = [
    ...[...revoked].map((post): News => ({ type: "revoke", post: formatId(post) })),
    ...[...hidden].map((user): News => ({ type: "hide_author", user: formatId(user) })),
    ...(stream === before ? [] : [newPosts(stream)]),
    ...(notified ? [{ type: "notifications" } as const] : []),
  ];
  return { stream, news };
}
