import type { Id } from "../../ids.ts";
import type { Lines } from "./lines.ts";
import type { LiveCounts } from "./live-counts.ts";
import type { Lookups } from "./lookups.ts";
import type { Pending } from "./pending.ts";
import type { SocketEvent } from "./port.ts";
import type { Revoked } from "./revoked.ts";
import { countPost, uncount } from "./stream.ts";
import type { Streams } from "./streams.ts";

/** What a bucket knows of its viewers and their connections. */
export interface Board {
  readonly lines: Lines;
  readonly streams: Streams;
  readonly pending: Pending;
  readonly counts: LiveCounts;
  readonly revoked: Revoked;
  readonly lookups: Lookups;
}

/** An event whose viewers are known. */
export type ReachedEvent = Exclude<SocketEvent, { kind: "announced" }>;

/** Viewers whose streams `applyEvent` looks at. */
export function viewersOf(event: ReachedEvent): readonly Id[] {
  if (event.kind === "new-post") return event.viewers;
  return event.kind === "related" || event.kind === "notified" ? [event.viewer] : [];
}

/** Takes in one event: nothing is sent yet. An event that comes twice changes nothing the second time. */
export function applyEvent(board: Board, event: ReachedEvent, nowMs: number): void {
  switch (event.kind) {
    case "new-post":
      if (board.revoked.has(event.post, nowMs)) return;
      for (const viewer of event.viewers) count(board, viewer, event.post, event.author);
      return;
    case "counts":
      // Of a post that was of interest a moment ago too: what is known of it must not be old.
      if (board.lines.isWanted(event.post) || board.counts.has(event.post)) board.counts.add(event);
      return;
    case "revoke":
      return revoke(board, event.post, nowMs);
    case "related":
      return related(board, event);
    case "notified":
      if (board.streams.get(event.viewer) !== undefined)
        board.pending.of(event.viewer).notified = true;
  }
}

/** Who is not remembered has nothing that a count could be wrong in. Nobody's own post is news. */
function count({ streams, pending }: Board, viewer: Id, post: Id, author: Id): void {
  if (viewer === author || streams.get(viewer) === undefined) return;
  pending.of(viewer).recounts.push((stream) => countPost(stream, post, author));
}

function revoke({ lines, streams, pending, revoked }: Board, post: Id, nowMs: number): void {
  revoked.add(post, nowMs);
  for (const open of lines.watching(post)) {
    lines.unwatch(open, post);
    lines.keep(open);
    pending.of(open.line.viewer).revoked.add(post);
  }
  const counting = new Set([...streams.mentioning(post), ...pending.viewers()]);
  for (const viewer of counting)
    pending
      .of(viewer)
      .recounts.push((stream) => uncount(stream, (counted) => counted.post === post));
}

/** What the viewer follows of the other is asked about again: hidden until it is known. */
function related(
  { lines, streams, pending, lookups }: Board,
  { viewer, other, hide }: Extract<SocketEvent, { kind: "related" }>,
): void {
  for (const open of lines.of(viewer)) {
    const theirs = [...open.watched].filter(([, author]) => author === other);
    if (theirs.length === 0) continue;
    for (const [post] of theirs) {
      lines.unwatch(open, post);
      if (!hide) lines.ask(open, post);
    }
    lines.keep(open);
    if (!hide) lookups.add(open);
  }
  if (!hide || streams.get(viewer) === undefined) return;
  const waiting = pending.of(viewer);
  waiting.hidden.add(other);
  waiting.recounts.push((stream) => uncount(stream, ({ author }) => author === other));
}
