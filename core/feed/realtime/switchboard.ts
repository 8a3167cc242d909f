import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { take } from "../../resilience/rate-limit.ts";
import { err, ok, type Result } from "../../result.ts";
import { MESSAGE_RATE, parseClientMessage } from "./client-message.ts";
import { type Board, newBoard } from "./board.ts";
import { CLOSE, type Refusal } from "./close-codes.ts";
import { applyEvent, isProtecting, type ReachedEvent, reachedEvent, viewersOf } from "./events.ts";
import { isSilent, type Line, type LineState, newLineState, type OpenLine } from "./lines.ts";
import { type Narrowing, isNarrowing, narrowed } from "./narrowing.ts";
import type { SwitchboardPorts } from "./switchboard-ports.ts";
import type { ServerMessage, SocketEvent } from "./port.ts";
import type { Told } from "./service.ts";
import { nextDueMs, sendCounts, sendFound, sendPending, sendTo, seqOf, stored } from "./sending.ts";
import { caughtUp, newLife, newStream, type Place, resume, type Stream } from "./stream.ts";

/**
 * The sockets of one region's bucket. Whatever a viewer is told gets a number of theirs, is
 * stored, and is then sent to each of their connections; `tell` answers after that. So what
 * is lost with the object's memory was never acknowledged, and comes again.
 */
export class Switchboard {
  readonly #ports: SwitchboardPorts;
  readonly #board: Board;
  #flushedMs = -Infinity;
  #flushDueMs: number | null = null;
  #sweepMs: number | null = null;
  #told: ((outcome: Result<null, Failure>) => void)[] = [];

  constructor(ports: SwitchboardPorts) {
    this.#ports = ports;
    const { clock, graph, report, store } = ports;
    this.#board = newBoard(clock, store, {
      graph,
      found: (open, found) => sendFound(this.#board, open, found, clock.nowMs()),
      failed: (reason) => {
        report("socket_lookup_failed", reason);
        this.#flushBy(clock.nowMs() + LIMITS.socketCountsEveryMs);
      },
    });
  }

  /** A new connection; it is told nothing until it begins. @returns why it cannot be. */
  open(line: Line): Refusal | null {
    const { lines, streams } = this.#board;
    const nowMs = this.#ports.clock.nowMs();
    if (line.untilMs <= nowMs) return { code: CLOSE.expired, reason: "the token has expired" };
    if (lines.of(line.viewer).size >= LIMITS.socketsPerViewerMax)
      this.#closeSilent(lines.of(line.viewer), nowMs);
    if (lines.of(line.viewer).size >= LIMITS.socketsPerViewerMax)
      return { code: CLOSE.tooMany, reason: "too many connections of this user" };
    const isFull = lines.size >= LIMITS.socketsPerBucketMax;
    const stream = isFull ? null : this.#streamOf(line.viewer);
    if (stream === null) return { code: CLOSE.full, reason: "this bucket is full" };
    lines.keep(lines.add(line, newLineState(nowMs)));
    // Stored with the next tick: thousands may come at once. Nothing was told of it that counts.
    if (stream.leftMs !== null) streams.set(line.viewer, { ...stream, leftMs: null });
    this.#schedule();
    this.#sweepBy(Math.min(line.untilMs, nowMs + LIMITS.socketSweepMs));
    return null;
  }

  /** A connection that outlived the object's memory. */
  restore(line: Line, state: LineState): void {
    const open = this.#board.lines.add(line, state);
    if (open.asked.size > 0) this.#board.lookups.add(open);
  }

  closed(line: Line): void {
    const { lines, streams } = this.#board;
    const open = lines.get(line);
    if (open === undefined) return;
    lines.remove(open);
    if (lines.of(line.viewer).size > 0) return;
    streams.load([line.viewer]);
    const stream = streams.get(line.viewer);
    if (stream === undefined) return;
    streams.set(line.viewer, { ...stream, leftMs: this.#ports.clock.nowMs() });
    this.#schedule();
  }

  hear(line: Line, text: string): void {
    const open = this.#board.lines.get(line);
    if (open === undefined) return;
    const nowMs = this.#ports.clock.nowMs();
    const rate = take(open.rate, nowMs, MESSAGE_RATE);
    open.rate = rate.next;
    if (!rate.allow) return this.#end(open, CLOSE.tooFast, "too many messages");
    const heard = parseClientMessage(text);
    switch (heard?.type) {
      case undefined:
        return this.#end(open, CLOSE.badMessage, "no message of edgewise.v1");
      case "resume":
        return this.begin(line, heard.place);
      case "watch":
        return this.watch(line, heard.posts);
      case "caught_up":
        return this.caughtUp(line.viewer);
      case "ping":
        return sendTo(this.#board, open, { type: "pong", seq: seqOf(this.#board, open) }, nowMs);
    }
  }

  /** From here on the line is told everything, beginning with what it missed. */
  begin(line: Line, place: Place | null): void {
    const open = this.#board.lines.get(line);
    const stream = open === undefined ? null : this.#streamOf(line.viewer);
    if (open === undefined || stream === null) return;
    const nowMs = this.#ports.clock.nowMs();
    open.began = true;
    this.#board.lines.keep(open);
    for (const message of resume(stream, place, nowMs)) sendTo(this.#board, open, message, nowMs);
  }

  /** Replaces the posts whose counts the line is told; each only once it is known to be visible. */
  watch(line: Line, posts: readonly Id[]): void {
    const { lines, lookups } = this.#board;
    const open = lines.get(line);
    if (open === undefined) return;
    const wanted = new Set(posts);
    for (const post of [...open.watched.keys(), ...open.asked])
      if (!wanted.has(post)) lines.unwatch(open, post);
    for (const post of wanted) if (!open.watched.has(post)) lines.ask(open, post);
    lines.keep(open);
    if (open.asked.size === 0) return;
    lookups.add(open);
    lookups.start();
  }

  /** Nothing that the line asked for is still looked up. */
  isSettled(line: Line): boolean {
    return (this.#board.lines.get(line)?.asked.size ?? 0) === 0;
  }

  /** The reader has seen the top of the feed, on any of their devices. */
  caughtUp(viewer: Id): void {
    const { streams, pending } = this.#board;
    streams.load([viewer]);
    if (streams.get(viewer) === undefined) return;
    pending.recount(viewer, caughtUp);
    this.#schedule();
  }

  /** From fan-out. Answers when all is stored and sent; telling it again is harmless. */
  async tell(events: readonly SocketEvent[]): Promise<Result<Told, Failure>> {
    const named = events.reduce((sum, one) => sum + ("viewers" in one ? one.viewers.length : 1), 0);
    if (named > LIMITS.socketEventsMax)
      return err({ code: "limit_reached", what: "events of a call", max: LIMITS.socketEventsMax });
    if (this.#told.length >= LIMITS.socketTellsMax)
      return err({ code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs });
    // What protects waits for nobody: only posts that are to be counted need the graph.
    const first = this.#store(events.filter(isProtecting));
    const narrowings = events.filter(isNarrowing).map((event) => this.#narrow(event));
    const others = this.#reach(events.filter((event) => !isProtecting(event)));
    const answers = await Promise.all([first, ...narrowings, others]);
    const failed = answers.find((one) => !one.ok);
    if (failed !== undefined) return failed;
    return this.#board.streams.count === 0 ? this.#promised() : ok({ quietMs: 0 });
  }

  #promised(): Result<Told, Failure> {
    const nowMs = this.#ports.clock.nowMs();
    return stored(() => ({ quietMs: this.#board.quiet.promise(nowMs) }), this.#ports);
  }

  async #narrow(event: Narrowing): Promise<Result<null, Failure>> {
    return this.#store([await narrowed(event, this.#board, this.#ports.graph)]);
  }

  async #reach(events: readonly SocketEvent[]): Promise<Result<null, Failure>> {
    if (events.length === 0) return ok(null);
    const { clock, graph } = this.#ports;
    const here = new Set(this.#board.streams.viewers());
    const reached = await Promise.all(
      events.map((event) => reachedEvent(event, this.#board, graph, here, clock.nowMs())),
    );
    const done = await this.#store(reached.flatMap((one) => (one.ok ? [one.value] : [])));
    return reached.flatMap((one) => (one.ok ? [] : [one]))[0] ?? done;
  }

  /** To every connection that has begun; takes no number. */
  broadcast(message: ServerMessage): void {
    const nowMs = this.#ports.clock.nowMs();
    for (const open of this.#board.lines.all())
      if (open.began) sendTo(this.#board, open, message, nowMs);
  }

  /** Sends what waits, if its time has come. */
  flush(): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#flushDueMs = null;
    this.#board.lookups.start();
    if (nowMs - this.#flushedMs >= LIMITS.socketTickMs) this.#flushNow(nowMs);
    this.#schedule();
  }

  /** Closes what has expired, forgets who left long ago, and says when it is to be called next. */
  sweep(): void {
    const { lines, streams } = this.#board;
    const nowMs = this.#ports.clock.nowMs();
    this.#sweepMs = null;
    for (const open of lines.all())
      if (open.line.untilMs <= nowMs) this.#end(open, CLOSE.expired, "the token has expired");
    this.#closeSilent(lines.all(), nowMs);
    streams.expire((viewer) => lines.of(viewer).size > 0, nowMs - LIMITS.socketMemoryMs, nowMs);
    if (streams.count === 0) return;
    let nextMs = nowMs + LIMITS.socketSweepMs;
    for (const { line } of lines.all()) nextMs = Math.min(nextMs, line.untilMs);
    this.#sweepBy(nextMs);
  }

  #flushNow(nowMs: number): void {
    this.#flushedMs = nowMs;
    const told = this.#told;
    this.#told = [];
    const outcome = stored(() => {
      sendPending(this.#board, nowMs);
      sendCounts(this.#board, nowMs);
      return null;
    }, this.#ports);
    this.#board.lookups.start();
    for (const answer of told) answer(outcome);
  }

  /** Sends at once after a quiet time, and otherwise at the next tick. */
  #schedule(): void {
    const nowMs = this.#ports.clock.nowMs();
    const dueMs = nextDueMs(this.#board, nowMs);
    if (dueMs === null) return;
    const tickMs = this.#flushedMs + LIMITS.socketTickMs;
    if (Math.max(tickMs, dueMs) > nowMs) return this.#flushBy(Math.max(tickMs, dueMs));
    this.#flushNow(nowMs);
    this.#schedule();
  }

  #flushBy(atMs: number): void {
    if (this.#flushDueMs !== null && this.#flushDueMs <= atMs) return;
    this.#flushDueMs = atMs;
    this.#ports.flushIn(Math.max(0, atMs - this.#ports.clock.nowMs()));
  }

  #sweepBy(atMs: number): void {
    if (this.#sweepMs !== null && this.#sweepMs <= atMs) return;
    this.#sweepMs = atMs;
    this.#ports.sweepAt(atMs);
  }

  /** Takes in what is known. Answers when all of it is stored and sent. */
  #store(events: readonly ReachedEvent[]): Promise<Result<null, Failure>> {
    const { lookups, pending, streams } = this.#board;
    streams.load(events.flatMap(viewersOf));
    const nowMs = this.#ports.clock.nowMs();
    for (const event of events) applyEvent(this.#board, event, nowMs);
    lookups.start();
    const done: Promise<Result<null, Failure>> = pending.isEmpty
      ? Promise.resolve(ok(null))
      : new Promise((resolve) => this.#told.push(resolve));
    this.#schedule();
    return done;
  }

  /** null when the bucket remembers as many viewers as it may. */
  #streamOf(viewer: Id): Stream | null {
    const { quiet, streams } = this.#board;
    streams.load([viewer]);
    const known = streams.get(viewer);
    if (known !== undefined) return known;
    if (streams.count >= LIMITS.socketStreamsMax) return null;
    const { clock, random } = this.#ports;
    const stream = newStream(newLife(clock.nowMs(), random.next()));
    streams.add(viewer, stream);
    quiet.came(viewer, clock.nowMs());
    return stream;
  }

  #closeSilent(lines: Iterable<OpenLine>, nowMs: number): void {
    for (const open of lines)
      if (isSilent(open, nowMs)) this.#end(open, CLOSE.silent, "nothing was heard for too long");
  }

  #end(open: OpenLine, code: number, reason: string): void {
    this.closed(open.line);
    open.line.close(code, reason);
  }
}
