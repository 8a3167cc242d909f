import { createRealtime, type RealtimeOptions, type RealtimeState } from "../../client/realtime.ts";
import type { SocketLike } from "../../client/realtime-ways.ts";
import type { ServerMessage } from "../../core/feed/realtime/port.ts";

/** A socket whose other end is the test. */
export class TestSocket implements SocketLike {
  readonly said: unknown[] = [];
  readonly url: string;
  readonly protocols: readonly string[];
  isClosed = false;
  readonly #listeners = new Map<string, (event: never) => void>();

  constructor(url: string, protocols: readonly string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }

  open(): void {
    this.#fire("open", {});
  }

  tell(message: ServerMessage): void {
    this.#fire("message", { data: JSON.stringify(message) });
  }

  drop(code = 1006): void {
    this.#fire("close", { code });
  }

  #fire(type: string, event: object): void {
    this.#listeners.get(type)?.(event as never);
  }
}

export type Answer = (url: URL, init: RequestInit) => Response | Promise<Response>;

/** The client, with everything outside it in the test's hands. */
export function startClient(answer: Answer = ticket, options: Partial<RealtimeOptions> = {}) {
  const sockets: TestSocket[] = [];
  const requests: { readonly url: URL; readonly init: RequestInit }[] = [];
  const heard: unknown[] = [];
  const states: RealtimeState[] = [];
  const waits: number[] = [];
  let gaps = 0;
  const time = { nowMs: 0 };
  const realtime = createRealtime({
    baseUrl: "https://edgewise.example",
    token: () => "a-token",
    onMessage: (message) => heard.push(message),
    onGap: () => gaps++,
    onState: (state) => states.push(state),
    fetch: async (url, init) => {
      requests.push({ url: new URL(url), init });
      return answer(new URL(url), init);
    },
    webSocket: (url, protocols) => {
      const socket = new TestSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
    random: () => 0.5,
    sleep: async (ms) => void waits.push(ms),
    nowMs: () => time.nowMs,
    ...options,
  });
  return {
    realtime,
    sockets,
    requests,
    heard,
    states,
    waits,
    time,
    gaps: () => gaps,
    /** The socket of this try, once it is made. */
    socket: async (index: number): Promise<TestSocket> => {
      for (let turn = 0; turn < 1_000; turn++) {
        const socket = sockets[index];
        if (socket !== undefined) return socket;
        await turnOfEvents();
      }
      throw new Error(`there is no socket ${index}`);
    },
  };
}

export const turnOfEvents = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !isSo(); turn++) await turnOfEvents();
  if (!isSo()) throw new Error(`never: ${isSo.toString()}`);
}

export const ticket = (): Response => Response.json({ ticket: "T", expiresAtMs: 1 });

/** Server-sent events, cut into pieces that do not end where events do. */
export function eventStream(messages: readonly ServerMessage[]): Response {
  const text = `:\n\n${messages.map((one) => `id: l:1\ndata: ${JSON.stringify(one)}\n\n`).join("")}`;
  const bytes = new TextEncoder().encode(text);
  return new Response(
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
        controller.close();
      },
    }),
  );
}
