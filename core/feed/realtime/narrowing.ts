import type { Id } from "../../ids.ts";
import { AUDIENCES } from "../../tao/registry.ts";
import type { Audience } from "../schemas.ts";
import type { Board } from "./board.ts";
import type { RealtimeGraph } from "./graph.ts";
import type { OpenLine, Watched } from "./lines.ts";
import type { SocketEvent } from "./port.ts";
import { uncount } from "./stream.ts";

/** A post is for other people than before. */
export type Narrowing = Extract<SocketEvent, { kind: "revoke" }> & { readonly audience: number };

export const isNarrowing = (event: SocketEvent): event is Narrowing =>
  event.kind === "revoke" && event.audience !== undefined;

/** Who of those that had the post may not see it any more, once the graph has said. */
export interface Narrowed {
  readonly kind: "narrowed";
  readonly post: Id;
  readonly audience: Audience;
  readonly gone: ReadonlySet<Id>;
}

/** From here on nothing is told of the post until it is known to whom. */
export function hold(board: Board, { post, audience, at }: Narrowing, nowMs: number): void {
  const { audiences, counts, unsure } = board;
  const named = audienceOf(audience);
  if (!audiences.add(post, named, at ?? null, nowMs)) return;
  unsure.delete(post);
  if (named === "public") counts.again(reposting(board, post));
  else if (named === "only_me") withdraw(board, post, (viewer, author) => viewer !== author);
  else unsure.add(post);
}

/** Asks who may still see it. What cannot be found out in time is withdrawn from all. */
export async function narrowed(
  { post, audience }: Narrowing,
  board: Board,
  graph: Pick<RealtimeGraph, "within">,
): Promise<Narrowed> {
  const named = audienceOf(audience);
  const asked = board.unsure.has(post) ? holders(board, post) : new Set<Id>();
  const kept = asked.size === 0 ? null : await graph.within(post, named, [...asked]);
  const mayStay = kept?.ok === true ? kept.value : new Set<Id>();
  const gone = new Set([...asked].filter((viewer) => !mayStay.has(viewer)));
  return { kind: "narrowed", post, audience: named, gone };
}

/** An answer for an audience that another has replaced meanwhile says nothing. */
export function settle(board: Board, { post, audience, gone }: Narrowed, nowMs: number): void {
  if (board.audiences.get(post, nowMs) !== audience) return;
  board.unsure.delete(post);
  withdraw(board, post, (viewer, author) => viewer !== author && gone.has(viewer));
  board.counts.again(reposting(board, post));
}

/** Takes a post from whoever it is gone for. Reposts of what is withdrawn go with it. */
export function withdraw(
  board: Pick<Board, "lines" | "pending" | "streams">,
  post: Id,
  isGone: (viewer: Id, author: Id) => boolean,
): void {
  const { lines, pending, streams } = board;
  for (const open of watchers(board, post)) {
    const { viewer } = open.line;
    const theirs = [...open.watched].filter(([id, one]) => {
      const author = authorIn(post, { ...one, post: id });
      return author !== null && isGone(viewer, author);
    });
    if (theirs.length === 0) continue;
    for (const [id] of theirs) {
      lines.unwatch(open, id);
      pending.of(viewer).revoked.add(id);
    }
    lines.keep(open);
  }
  for (const viewer of new Set([...streams.mentioning(post), ...pending.viewers()]))
    pending.recount(viewer, (stream) =>
      uncount(stream, (counted) => {
        const author = authorIn(post, counted);
        return author !== null && isGone(viewer, author);
      }),
    );
}

/** It may not be told of: who may see it, or what it reposts, is being asked. */
export function isHeld(
  { unsure }: Pick<Board, "unsure">,
  post: Id,
  watched: Watched | undefined,
): boolean {
  if (unsure.size === 0) return false;
  const original = watched?.original ?? null;
  return unsure.has(post) || (original !== null && unsure.has(original.post));
}

/** A rank that this version does not know is for nobody else. */
const audienceOf = (rank: number): Audience => AUDIENCES[rank] ?? "only_me";

/** Who wrote `post`, where `one` shows it; null where it does not. */
function authorIn(post: Id, one: Watched & { readonly post: Id }): Id | null {
  if (one.post === post) return one.author;
  return one.original?.post === post ? one.original.author : null;
}

const watchers = ({ lines }: Pick<Board, "lines">, post: Id): ReadonlySet<OpenLine> =>
  new Set([...lines.watching(post), ...lines.watchingRepostsOf(post)]);

/** Whose screen or count may have the post, or a repost of it. */
const holders = (board: Board, post: Id): ReadonlySet<Id> =>
  new Set([
    ...[...watchers(board, post)].map(({ line }) => line.viewer),
    ...board.streams.mentioning(post),
    ...board.pending.viewers(),
  ]);

/** The post, and what is watched of its reposts. */
function reposting({ lines }: Board, post: Id): ReadonlySet<Id> {
  const posts = new Set([post]);
  for (const { watched } of lines.watchingRepostsOf(post))
    for (const [id, { original }] of watched) if (original?.post === post) posts.add(id);
  return posts;
}
