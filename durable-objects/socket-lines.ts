import { follow } from "../core/feed/realtime/place.ts";
import type { Line, LineState, Watched } from "../core/feed/realtime/lines.ts";
import type { ServerMessage } from "../core/feed/realtime/port.ts";
import type { Original } from "../core/feed/realtime/reach.ts";
import type { Listener } from "../core/feed/realtime/service.ts";
import type { Place } from "../core/feed/realtime/stream.ts";
import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";

/** What stays with a socket while its object sleeps: 1.8 KB at most, of the 2 KB that it may have. */
interface Attachment {
  readonly viewer: bigint;
  readonly untilMs: number;
  readonly began: boolean;
  readonly openedMs: number;
  /** Post, author, post, author... */
  readonly watched: BigUint64Array;
  /** Of those that are reposts: post, original, its author... An older version kept none. */
  readonly originals?: BigUint64Array;
  readonly asked: BigUint64Array;
}

function unpacked(pairs: BigUint64Array, triples: BigUint64Array): ReadonlyMap<Id, Watched> {
  const ids = (of: BigUint64Array, from: number, length: number) =>
    [...of.subarray(from, from + length)] as Id[];
  const originals = new Map<Id, Original>();
  for (let at = 0; at < triples.length; at += 3) {
    const [repost, post, author] = ids(triples, at, 3);
    if (repost !== undefined && post !== undefined && author !== undefined)
      originals.set(repost, { post, author });
  }
  const watched = new Map<Id, Watched>();
  for (let at = 0; at < pairs.length; at += 2) {
    const [post, author] = ids(pairs, at, 2);
    if (post !== undefined && author !== undefined)
      watched.set(post, { author, original: originals.get(post) ?? null });
  }
  return watched;
}

/** A WebSocket, which the platform may hold without the object. */
export class SocketLine implements Line {
  readonly viewer: Id;
  readonly untilMs: number;
  readonly #ws: WebSocket;
  readonly #pingedMs: () => number | null;
  #heardMs = 0;

  constructor(ws: WebSocket, listener: Listener, pingedMs: () => number | null) {
    this.#ws = ws;
    this.viewer = listener.viewer;
    this.untilMs = listener.untilMs;
    this.#pingedMs = pingedMs;
  }

  /** @returns null for a socket that was never opened by `keep`. */
  static restored(
    ws: WebSocket,
    pingedMs: () => number | null,
  ): { readonly line: SocketLine; readonly state: LineState } | null {
    const kept = ws.deserializeAttachment() as Attachment | null;
    if (kept === null) return null;
    const { viewer, untilMs, began, openedMs, asked } = kept;
    const state = {
      began,
      openedMs,
      watched: unpacked(kept.watched, kept.originals ?? new BigUint64Array()),
      asked: new Set([...asked] as Id[]),
    };
    return { line: new SocketLine(ws, { viewer: viewer as Id, untilMs }, pingedMs), state };
  }

  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  heardMs(): number {
    return Math.max(this.#heardMs, this.#pingedMs() ?? 0);
  }

  keep({ began, openedMs, watched, asked }: LineState): void {
    this.#ws.serializeAttachment({
      viewer: this.viewer,
      untilMs: this.untilMs,
      began,
      openedMs,
      watched: new BigUint64Array([...watched].flatMap(([post, { author }]) => [post, author])),
      originals: new BigUint64Array(
        [...watched].flatMap(([post, { original }]) =>
          original === null ? [] : [post, original.post, original.author],
        ),
      ),
      asked: new BigUint64Array(asked),
    } satisfies Attachment);
  }

  send(message: ServerMessage): void {
    try {
      this.#ws.send(JSON.stringify(message));
    } catch {
      // It is closing: the client comes back with its place and is told again.
    }
  }

  close(code: number, reason: string): void {
    try {
      this.#ws.close(code, reason);
    } catch {
      // It is closed already.
    }
  }
}

/** Server-sent events: the same messages, each with the place that a client sends to go on. */
export class EventLine implements Line {
  readonly viewer: Id;
  readonly untilMs: number;
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #place: Place | null;
  #beat: ReturnType<typeof setInterval> | null = null;
  #end: ReturnType<typeof setTimeout> | null = null;

  /** @param onEnd called once, whoever ends it. */
  constructor(listener: Listener, place: Place | null, onEnd: (line: EventLine) => void) {
    this.viewer = listener.viewer;
    this.untilMs = listener.untilMs;
    this.#place = place;
    this.#onEnd = () => onEnd(this);
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#finish(),
      },
      { highWaterMark: LIMITS.eventStreamWaitingCharsMax, size: (chunk) => chunk.byteLength },
    );
    this.#beat = setInterval(() => this.#write(":\n\n"), LIMITS.eventStreamBeatMs);
    this.#end = setTimeout(() => this.close(), LIMITS.eventStreamMs);
  }

  heardMs(): null {
    return null;
  }

  keep(): void {
    // A stream ends with the object's memory, and its client begins another where it was.
  }

  send(message: ServerMessage): void {
    this.#place = follow(this.#place, message).place;
    const id = this.#place === null ? "" : `id: ${this.#place.life}:${this.#place.seq}\n`;
    this.#write(`${id}data: ${JSON.stringify(message)}\n\n`);
  }

  close(): void {
    try {
      this.#controller?.close();
    } catch {
      // The reader has gone.
    }
    this.#finish();
  }

  /** A reader who does not read is cut off: what waits for them is bounded, and can be had again. */
  #write(text: string): void {
    if (this.#controller === null) return;
    if ((this.#controller.desiredSize ?? 0) <= 0) return this.close();
    this.#controller.enqueue(this.#encoder.encode(text));
  }

  #finish(): void {
    if (this.#controller === null) return;
    this.#controller = null;
    if (this.#beat !== null) clearInterval(this.#beat);
    if (this.#end !== null) clearTimeout(this.#end);
    this.#onEnd();
  }
}
