import { CLOSE } from "../core/feed/realtime/close-codes.ts";
import { follow } from "../core/feed/realtime/place.ts";
import type { ServerMessage } from "../core/feed/realtime/port.ts";
import type { Place } from "../core/feed/realtime/stream.ts";
import { LIMITS } from "../core/limits.ts";
import {
  type Ended,
  eventsWay,
  type Live,
  pollWay,
  type SocketLike,
  socketWay,
  type WayContext,
} from "./realtime-ways.ts";

/** What there is to act upon; the rest is between this file and the server. */
export type RealtimeMessage = Exclude<ServerMessage, { type: "hello" | "gap" | "pong" }>;

export type RealtimeVia = "socket" | "events" | "poll";
export type RealtimeState =
  | { readonly status: "stopped" }
  | { readonly status: "connecting"; readonly via: RealtimeVia }
  | { readonly status: "open"; readonly via: RealtimeVia }
  /** The next try is in this many ms. */
  | { readonly status: "waiting"; readonly ms: number }
  /** The token is not good here: `start` again with another. */
  | { readonly status: "refused" };

export interface RealtimeOptions {
  /** Origin of the product; "" is the page's own. */
  readonly baseUrl: string;
  /** Asked before every try. */
  readonly token: () => string | null;
  readonly onMessage: (message: RealtimeMessage) => void;
  /** Something may have been missed that cannot be had: fetch again what is on the screen. */
  readonly onGap: () => void;
  readonly onState?: (state: RealtimeState) => void;
  /** Default: the global ones. */
  readonly fetch?: WayContext["fetch"];
  readonly webSocket?: WayContext["webSocket"];
  /** Uniform in [0, 1); default `Math.random`. */
  readonly random?: () => number;
  /** Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly nowMs?: () => number;
}

export interface Realtime {
  /** Connects, and connects again whenever it must. Goes on where `stop` left it. */
  start(): void;
  /** While the page is hidden or offline, say. */
  stop(): void;
  /** Posts on the screen, at most `LIMITS.watchedPostsMax`: their counts are told. */
  watch(posts: readonly string[]): void;
  /** The reader has seen the top of the feed. Say it too after the first page is loaded. */
  caughtUp(): void;
}

const WAYS = [
  { via: "socket", way: socketWay },
  { via: "events", way: eventsWay },
  { via: "poll", way: pollWay },
] as const;

export const createRealtime = (options: RealtimeOptions): Realtime => new Connection(options);

class Connection implements Realtime {
  readonly #options: RealtimeOptions;
  #place: Place | null = null;
  #watched: readonly string[] = [];
  #live: Live | null = null;
  #running: AbortController | null = null;

  constructor(options: RealtimeOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running !== null) return;
    this.#running = new AbortController();
    void this.#run(this.#running.signal);
  }

  stop(): void {
    if (this.#running === null) return;
    this.#running.abort();
    this.#running = null;
    this.#live = null;
    this.#say({ status: "stopped" });
  }

  watch(posts: readonly string[]): void {
    const wanted = posts.slice(0, LIMITS.watchedPostsMax);
    if (wanted.join() === this.#watched.join()) return;
    this.#watched = wanted;
    this.#live?.watch();
  }

  caughtUp(): void {
    this.#live?.caughtUp();
  }

  async #run(signal: AbortSignal): Promise<void> {
    /** Which way, tries of it without success, and waits in a row. */
    let [at, failures, waits] = [0, 0, 0];
    while (!signal.aborted) {
      const { via, way } = WAYS[at % WAYS.length] ?? WAYS[0];
      this.#tell(signal, { status: "connecting", via });
      const opened = { atMs: null as number | null };
      const ended = await way(this.#context(signal, via, opened));
      this.#live = null;
      if (signal.aborted) return;
      if (ended.code === 401 || ended.code === 403) return this.#refused(signal);

      if (opened.atMs === null) {
        if (++failures >= LIMITS.transportTriesMax) [at, failures] = [(at + 1) % WAYS.length, 0];
      } else {
        // A lower way worked: once in a while the better one may work again.
        [at, failures] = [0, at === 0 ? 0 : LIMITS.transportTriesMax - 1];
        if (this.#nowMs() - opened.atMs >= LIMITS.reconnectGoodMs) waits = 0;
      }
      await this.#wait(signal, ended, waits++);
    }
  }

  #context(signal: AbortSignal, via: RealtimeVia, opened: { atMs: number | null }): WayContext {
    const options = this.#options;
    return {
      baseUrl: options.baseUrl,
      token: options.token,
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      webSocket: options.webSocket ?? globalSocket,
      signal,
      place: () => this.#place,
      watched: () => this.#watched,
      opened: (live) => {
        opened.atMs = this.#nowMs();
        this.#live = live;
        this.#tell(signal, { status: "open", via });
      },
      heard: (message) => this.#heard(signal, message),
    };
  }

  #heard(signal: AbortSignal, message: ServerMessage): void {
    if (signal.aborted) return;
    const { place, lost } = follow(this.#place, message);
    this.#place = place;
    if (lost) this.#options.onGap();
    if (message.type === "hello" || message.type === "gap" || message.type === "pong") return;
    this.#options.onMessage(message);
  }

  /** Full jitter: however many lost their connection at once, they do not come back at once. */
  async #wait(signal: AbortSignal, { code, retryAfterMs }: Ended, waits: number): Promise<void> {
    const { random = Math.random, sleep = timer } = this.#options;
    const isFull = code === CLOSE.tooMany || code === CLOSE.full;
    const most = isFull
      ? LIMITS.reconnectMaxMs
      : Math.min(LIMITS.reconnectMaxMs, LIMITS.reconnectBaseMs * 2 ** waits);
    const ms = Math.ceil(retryAfterMs + random() * most);
    this.#tell(signal, { status: "waiting", ms });
    await sleep(ms, signal);
  }

  #refused(signal: AbortSignal): void {
    this.#tell(signal, { status: "refused" });
    this.#running = null;
  }

  #tell(signal: AbortSignal, state: RealtimeState): void {
    if (!signal.aborted) this.#say(state);
  }

  #say(state: RealtimeState): void {
    this.#options.onState?.(state);
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? Date.now();
  }
}

const globalSocket = (url: string, protocols: readonly string[]): SocketLike =>
  new WebSocket(url, [...protocols]) as SocketLike;

const timer = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timeout);
      resolve();
    };
    const timeout = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
