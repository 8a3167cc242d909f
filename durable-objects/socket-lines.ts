import { follow } from "../core/feed/realtime/place.ts";
import type { Line, LineState } from "../core/feed/realtime/lines.ts";
import type { ServerMessage } from "../core/feed/realtime/port.ts";
import type { Listener } from "../core/feed/realtime/service.ts";
import type { Place } from "../core/feed/realtime/stream.ts";
import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";

/** What stays with a socket while its object sleeps: 1.3 KB at most, of the 2 KB that it may have. */
interface Attachment {
  readonly viewer: bigint;
  readonly untilMs: number;
  readonly began: boolean;
  readonly openedMs: number;
  /** Post, author, post, author... */
  readonly watched: BigUint64Array;
  readonly asked: BigUint64Array;
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
    const { viewer, untilMs, began, openedMs, watched, asked } = kept;
    const pairs = Array.from(
      { length: watched.length / 2 },
      (_, n) => [watched[2 * n] as Id, watched[2 * n + 1] as Id] as const,
    );
    const state = { began, openedMs, watched: new Map(pairs), asked: new Set([...asked] as Id[]) };
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
      watched: new BigUint64Array([...watched].flat()),
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
