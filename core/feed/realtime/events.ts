import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { ok, type Result } from "../../result.ts";
import { LIMITS } from "../../limits.ts";
import { type Board, hiddenKey } from "./board.ts";
import type { RealtimeGraph } from "./graph.ts";
import type { Watched } from "./lines.ts";
import { hold, isNarrowing, type Narrowed, settle, withdraw } from "./narrowing.ts";
import type { SocketEvent } from "./port.ts";
import { countPost, type NewPost, uncount } from "./stream.ts";

/** A new post, once the graph has said whose feed shows it. */
interface Reached extends NewPost {
  readonly kind: "reached";
  readonly viewers: readonly Id[];
  /** Unix ms, when the graph was asked. */
  readonly askedMs: number;
  /** What was told of audiences by then: `Audiences.revision`. */
  readonly askedRevision: number;
}

/** An event whose viewers are known. */
export type ReachedEvent =
  | Exclude<SocketEvent, { kind: "announced" | "new-post" }>
  | Narrowed
  | Reached;

/** It hides something. */
export const isProtecting = (
  event: SocketEvent,
): event is Extract<SocketEvent, { kind: "related" | "revoke" }> =>
  event.kind === "revoke" || event.kind === "related";

/**
 * A new post becomes one of those whose feed shows it; everything else is as it was told.
 *
 * @param here who is remembered: nobody else has a count.
 */
export async function reachedEvent(
  event: SocketEvent,
  { audiences, wokeMs }: Pick<Board, "audiences" | "wokeMs">,
  graph: Pick<RealtimeGraph, "reach">,
  here: ReadonlySet<Id>,
  nowMs: number,
): Promise<Result<ReachedEvent, Failure>> {
  if (event.kind !== "announced" && event.kind !== "new-post") return ok(event);
  const { post, author } = event;
  const viewers =
    event.kind === "announced" ? [...here] : event.viewers.filter((viewer) => here.has(viewer));
  const isNamed = event.kind === "new-post" && isFresh(event.timeMs, wokeMs, nowMs);
  const askedRevision = audiences.revision;
  const reached = await graph.reach({ post, author, isNamed }, viewers, (id) =>
    audiences.get(id, nowMs),
  );
  if (!reached.ok) return reached;
  const { original } = reached.value;
  return ok({
    kind: "reached",
    post,
    author,
    original,
    viewers: [...reached.value.viewers],
    askedMs: nowMs,
    askedRevision,
  });
}

/** Whatever withdrew a post of this time is still in memory. Of an older one the graph knows better than who named it. */
const isFresh = (timeMs: number, wokeMs: number, nowMs: number): boolean =>
  timeMs > Math.max(nowMs - LIMITS.socketRevokedMs, wokeMs - LIMITS.socketAsleepMs);

/** Viewers whose streams `applyEvent` looks at. */
export function viewersOf(event: ReachedEvent): readonly Id[] {
  if (event.kind === "reached") return event.viewers;
  return event.kind === "related" || event.kind === "notified" ? [event.viewer] : [];
}

/** Takes in one event: nothing is sent yet. An event that comes twice changes nothing the second time. */
export function applyEvent(board: Board, event: ReachedEvent, nowMs: number): void {
  switch (event.kind) {
    case "reached":
      for (const viewer of event.viewers) count(board, viewer, event, nowMs);
      return;
    case "counts":
      // Of a post that was of interest a moment ago too: what is known of it must not be old.
      if (board.lines.isWanted(event.post) || board.counts.has(event.post)) board.counts.add(event);
      return;
    case "revoke":
      if (isNarrowing(event)) return hold(board, event, nowMs);
      board.revoked.add(event.post, nowMs);
      return withdraw(board, event.post, () => true);
    case "narrowed":
      return settle(board, event, nowMs);
    case "related":
      return related(board, event, nowMs);
    case "notified":
      if (board.streams.get(event.viewer) !== undefined)
        board.pending.of(event.viewer).notified = true;
  }
}

/** Who is not remembered has nothing that a count could be wrong in. Nobody's own post is news. */
function count(
  { audiences, streams, pending, revoked, hidden }: Board,
  viewer: Id,
  { post, author, original, askedMs, askedRevision }: Reached,
  nowMs: number,
): void {
  if (viewer === author || streams.get(viewer) === undefined) return;
  for (const one of original === null ? [{ post, author }] : [{ post, author }, original]) {
    // For others than were asked about: who has it now is told by another event.
    if (revoked.has(one.post, nowMs) || audiences.isSince(one.post, askedRevision)) return;
    if (hidden.isSince(hiddenKey(viewer, one.author), askedMs)) return;
  }
  pending.recount(viewer, (stream) => countPost(stream, { post, author, original }));
}

/**
 * What the viewer follows of the other, reposts too, is asked about again: hidden until it is known.
 * Whoever hides somebody is told of them once, and of the reposts of theirs that are on the screen.
 */
function related(
  { lines, streams, pending, lookups, hidden }: Board,
  { viewer, other, hide }: Extract<SocketEvent, { kind: "related" }>,
  nowMs: number,
): void {
  for (const open of lines.of(viewer)) {
    const theirs = [...open.watched].filter(([, one]) => isBy(other, one));
    if (theirs.length === 0) continue;
    for (const [post, { author }] of theirs) {
      lines.unwatch(open, post);
      if (!hide) lines.ask(open, post);
      else if (author !== other) pending.of(viewer).revoked.add(post);
    }
    lines.keep(open);
    if (!hide) lookups.add(open);
  }
  if (!hide) return;
  hidden.add(hiddenKey(viewer, other), nowMs);
  if (streams.get(viewer) === undefined) return;
  pending.of(viewer).hidden.add(other);
  pending.recount(viewer, (stream) => uncount(stream, (counted) => isBy(other, counted)));
}

const isBy = (user: Id, { author, original }: Watched): boolean =>
  author === user || original?.author === user;
