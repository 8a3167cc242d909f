import type { FailureName } from "../../telemetry/events.ts";
import type { Failure } from "../../errors.ts";
import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { err, ok, type Result } from "../../result.ts";
import { CLOSE } from "./close-codes.ts";
import { type Board, hiddenKey } from "./board.ts";
import type { OpenLine } from "./lines.ts";
import type { Found } from "./lookups.ts";
import { isHeld } from "./narrowing.ts";
import type { ServerMessage } from "./port.ts";
import { applyWaiting } from "./pending.ts";
import { emit, withGap } from "./stream.ts";

/** When something is to be sent or stored, Unix ms; null: nothing is. */
export function nextDueMs(
  { counts, pending, quiet, streams }: Board,
  nowMs: number,
): number | null {
  if (!pending.isEmpty || streams.isChanged) return nowMs;
  const times = [counts.dueMs(), quiet.dueMs()].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * Numbers and stores everything that waits, then sends it: a number that somebody has seen
 * is one that the store has.
 *
 * @throws when the store does; then nothing was sent, and memory is as the store has it.
 */
export function sendPending(board: Board, nowMs: number): void {
  const { lines, pending, streams } = board;
  const gaps = board.quiet.due(nowMs);
  for (const viewer of gaps) {
    pending.of(viewer).gap = true;
    for (const open of lines.of(viewer)) askAgain(board, open);
  }
  const all = pending.take();
  streams.load(all.keys());
  const messages = new Map<Id, readonly ServerMessage[]>();
  for (const [viewer, waiting] of all) {
    const before = streams.get(viewer);
    if (before === undefined) continue;
    const gap = waiting.gap ? withGap(before) : null;
    const { stream, news } = applyWaiting(gap?.stream ?? before, waiting);
    if (news.length === 0 && gap === null) continue;
    const emitted = emit(stream, news, nowMs);
    streams.set(viewer, emitted.stream);
    messages.set(viewer, gap === null ? emitted.messages : [gap.message, ...emitted.messages]);
  }
  const saved = streams.save();
  board.quiet.declared(gaps);
  for (const [viewer, numbered] of messages) {
    for (const open of lines.of(viewer))
      if (open.began) for (const message of numbered) sendTo(board, open, message, nowMs);
  }
  for (const viewer of saved) if (lines.of(viewer).size === 0) streams.release(viewer);
}

/** What the line follows may be gone, and its counts others. */
function askAgain({ lines, lookups }: Board, open: OpenLine): void {
  for (const post of open.watched.keys()) {
    lines.unwatch(open, post);
    lines.ask(open, post);
  }
  if (open.asked.size === 0) return;
  lines.keep(open);
  lookups.add(open);
}

/** Of watched posts, to whoever follows them. */
export function sendCounts(board: Board, nowMs: number): void {
  for (const [post, counts] of board.counts.take(nowMs)) {
    for (const open of board.lines.watching(post)) {
      if (isHeld(board, post, open.watched.get(post))) continue;
      sendTo(
        board,
        open,
        { type: "counts", seq: seqOf(board, open), post: formatId(post), ...counts },
        nowMs,
      );
    }
  }
}

/** The answer to a line that asked whether it may follow a post. */
export function sendFound(
  board: Board,
  open: OpenLine,
  { post, seen, askedMs, askedRevision }: Found,
  nowMs: number,
): void {
  const { audiences, counts, hidden, lines, lookups, quiet, revoked } = board;
  const isHidden = (author: Id) => hidden.isSince(hiddenKey(open.line.viewer, author), askedMs);
  const chain = seen === null ? [] : [{ post, author: seen.author }, seen.original ?? []].flat();
  if (
    quiet.isFromBefore(askedMs, nowMs) ||
    chain.some((one) => isHidden(one.author) || audiences.isSince(one.post, askedRevision))
  )
    // Hidden or narrowed while it was asked, or nobody told its counts: the answer may be from before.
    return lookups.add(open);
  const about = { seq: seqOf(board, open), post: formatId(post) };
  if (seen === null || chain.some((one) => revoked.has(one.post, nowMs))) {
    // The same whether it is hidden, deleted or never was.
    lines.unwatch(open, post);
    return sendTo(board, open, { type: "revoke", ...about }, nowMs);
  }
  lines.watch(open, post, { author: seen.author, original: seen.original });
  lines.keep(open);
  const newest = { ...seen.counts, ...counts.newest(post) };
  sendTo(board, open, { type: "counts", ...about, ...newest }, nowMs);
}

/** Nothing is sent once a line's token has expired, whenever that is noticed. */
export function sendTo(
  board: Pick<Board, "lines">,
  open: OpenLine,
  message: ServerMessage,
  nowMs: number,
): void {
  if (open.line.untilMs > nowMs) open.line.send(message);
  else endLine(board, open, CLOSE.expired, "the token has expired");
}

export function endLine(
  { lines }: Pick<Board, "lines">,
  open: OpenLine,
  code: number,
  reason: string,
): void {
  lines.remove(open);
  open.line.close(code, reason);
}

/** The newest number that the line's viewer was given. */
export function seqOf({ streams }: Pick<Board, "streams">, { line }: OpenLine): number {
  streams.load([line.viewer]);
  return streams.get(line.viewer)?.seq ?? 0;
}

/** A store that throws is one that is away. */
export function stored<T>(
  step: () => T,
  { report }: { readonly report: (event: FailureName, reason: string) => void },
): Result<T, Failure> {
  try {
    return ok(step());
  } catch (error) {
    report("socket_flush_failed", String(error));
    const retryAfterMs = LIMITS.overloadRetryMs;
    return err({ code: "unavailable", dependency: "sockets", retryAfterMs });
  }
}
