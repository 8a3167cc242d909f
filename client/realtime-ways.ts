import type { ClientMessage, ServerMessage } from "../core/feed/realtime/port.ts";
import type { PollAnswer } from "../core/feed/realtime/service.ts";
import type { Place } from "../core/feed/realtime/stream.ts";
import { LIMITS } from "../core/limits.ts";

/** As much of a WebSocket as is used here. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number }) => void): void;
}

/** What a way to connect needs, and tells. */
export interface WayContext {
  readonly baseUrl: string;
  readonly token: () => string | null;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly webSocket: (url: string, protocols: readonly string[]) => SocketLike;
  /** Ends the connection. */
  readonly signal: AbortSignal;
  readonly place: () => Place | null;
  readonly watched: () => readonly string[];
  readonly opened: (live: Live) => void;
  readonly heard: (message: ServerMessage) => void;
}

/** A connection that is open. */
export interface Live {
  watch(): void;
  caughtUp(): void;
}

/** Why a connection ended: a socket's close code, an HTTP status, or 0 for the network. */
export interface Ended {
  readonly code: number;
  /** The server asked to wait this long, ms. */
  readonly retryAfterMs: number;
}
export type Way = (context: WayContext) => Promise<Ended>;

const NETWORK: Ended = { code: 0, retryAfterMs: 0 };

export const socketWay: Way = async (context) => {
  const issued = await asked(context, "POST", "/v1/realtime/ticket");
  if ("code" in issued) return issued;
  const { ticket } = (await issued.json()) as { readonly ticket: string };
  return new Promise((resolve) => {
    const url = socketUrl(context.baseUrl);
    const socket = context.webSocket(url, ["edgewise.v1", `ticket.${ticket}`]);
    const say = (message: ClientMessage) => socket.send(JSON.stringify(message));
    // A dead connection may never say so.
    let dead = setTimeout(() => end(0), LIMITS.clientTimeoutMs);
    let ping: ReturnType<typeof setInterval> | null = null;
    const end = (code: number) => {
      clearTimeout(dead);
      if (ping !== null) clearInterval(ping);
      socket.close(1000);
      resolve({ code, retryAfterMs: 0 });
    };
    context.signal.addEventListener("abort", () => end(0), { once: true });
    socket.addEventListener("open", () => {
      clearTimeout(dead);
      const place = context.place();
      say({ type: "resume", ...(place !== null && { life: place.life, after: place.seq }) });
      const watch = () => say({ type: "watch", posts: context.watched() });
      if (context.watched().length > 0) watch();
      ping = setInterval(() => {
        say({ type: "ping" });
        clearTimeout(dead);
        dead = setTimeout(() => end(0), LIMITS.pongWaitMs);
      }, LIMITS.socketPingMs);
      context.opened({ watch, caughtUp: () => say({ type: "caught_up" }) });
    });
    socket.addEventListener("message", ({ data }) => {
      clearTimeout(dead);
      context.heard(JSON.parse(String(data)) as ServerMessage);
    });
    socket.addEventListener("error", () => {});
    socket.addEventListener("close", ({ code }) => end(code));
  });
};

export const eventsWay: Way = async (context) => {
  for (;;) {
    const renewed = new AbortController();
    const ended = await eventStream(context, renewed);
    if (context.signal.aborted || !renewed.signal.aborted) return ended;
  }
};

/** One stream: its address says what it watches, so that watching something else is another one. */
async function eventStream(context: WayContext, renewed: AbortController): Promise<Ended> {
  const signal = AbortSignal.any([context.signal, renewed.signal]);
  const response = await asked(context, "GET", `/v1/realtime/events?${queryOf(context)}`, signal);
  if ("code" in response) return response;
  if (response.body === null) return NETWORK;
  context.opened({
    watch: () => renewed.abort(),
    caughtUp: () => void asked(context, "POST", "/v1/realtime/caught-up"),
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await heardInTime(reader.read());
      if (done) return NETWORK;
      text += decoder.decode(value, { stream: true });
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) context.heard(JSON.parse(data) as ServerMessage);
      }
    }
  } catch {
    // Aborted, cut off, or silent for longer than a live stream is.
    await reader.cancel().catch(() => {});
    return NETWORK;
  }
}

/** @throws Error when nothing comes for two beats. */
async function heardInTime<T>(next: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("silent")), 2 * LIMITS.eventStreamBeatMs);
  });
  try {
    return await Promise.race([next, silent]);
  } finally {
    clearTimeout(timer);
  }
}

export const pollWay: Way = async (context) => {
  let waiting = new AbortController();
  let isOpen = false;
  const live: Live = {
    watch: () => waiting.abort(),
    caughtUp: () => void asked(context, "POST", "/v1/realtime/caught-up"),
  };
  while (!context.signal.aborted) {
    waiting = new AbortController();
    const signal = AbortSignal.any([context.signal, waiting.signal]);
    // The first asks only whether this way works.
    const wait = isOpen ? `&wait=${LIMITS.pollWaitMsMax}` : "";
    const path = `/v1/realtime/poll?${queryOf(context)}${wait}`;
    const response = await asked(context, "GET", path, signal);
    if ("code" in response) {
      if (waiting.signal.aborted) continue;
      return response;
    }
    if (!isOpen) context.opened(live);
    isOpen = true;
    for (const message of messagesOf((await response.json()) as PollAnswer)) context.heard(message);
  }
  return NETWORK;
};

/** The same messages as over a socket. */
function messagesOf({ life, seq, resumed, gap, messages }: PollAnswer): readonly ServerMessage[] {
  const missing = gap === null ? [] : [{ type: "gap", seq: gap.to, ...gap } as const];
  return [{ type: "hello", life, seq, resumed }, ...missing, ...messages];
}

function queryOf({ place, watched }: WayContext): string {
  const at = place();
  const posts = watched();
  return new URLSearchParams({
    ...(at !== null && { life: at.life, after: String(at.seq) }),
    ...(posts.length > 0 && { watch: posts.join(",") }),
  }).toString();
}

/** An answer, or why there is none. */
async function asked(
  { baseUrl, fetch, token, signal: ended }: WayContext,
  method: string,
  path: string,
  signal: AbortSignal = ended,
): Promise<Response | Ended> {
  const bearer = token();
  const headers: Record<string, string> =
    bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  try {
    const response = await fetch(`${baseUrl}${path}`, { method, headers, signal });
    if (response.ok) return response;
    const retryAfterMs = Number(response.headers.get("retry-after") ?? 0) * 1_000;
    return { code: response.status, retryAfterMs };
  } catch {
    return NETWORK;
  }
}

/** "" is the page's own origin, which a socket's address has to name. */
function socketUrl(baseUrl: string): string {
  const origin =
    baseUrl === "" ? (globalThis as { location?: { origin: string } }).location?.origin : baseUrl;
  return `${(origin ?? "").replace(/^http/, "ws")}/v1/realtime`;
}
