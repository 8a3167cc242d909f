import { env } from "cloudflare:workers";
import { onTestFinished } from "vitest";

import { follow } from "../../core/feed/realtime/place.ts";
import type { ServerMessage, SocketEvent } from "../../core/feed/realtime/port.ts";
import { socketBucketName } from "../../core/feed/realtime/service.ts";
import type { Place } from "../../core/feed/realtime/stream.ts";
import type { Id } from "../../core/ids.ts";
import { connectionUrl, type SocketConnection } from "../../platform/socket-connection.ts";

export const VIEWER = 7n as Id;
export const OTHER = 8n as Id;
export const AUTHOR = 9n as Id;
let buckets = 0;

/** A bucket that nobody has used. */
export const bucketOf = () => env.SOCKETS.getByName(socketBucketName("us-east", ++buckets));
export type Bucket = ReturnType<typeof bucketOf>;

export const connectionOf = (
  viewer: Id,
  rest: Partial<SocketConnection> = {},
): SocketConnection => ({
  kind: "socket",
  viewer,
  untilMs: Date.now() + 600_000,
  nonce: null,
  place: null,
  watch: [],
  ...rest,
});

/** A client that keeps its place, as the real one does. */
export class Socket {
  readonly messages: ServerMessage[] = [];
  place: Place | null = null;
  lost = 0;
  code: number | null = null;
  readonly #ws: WebSocket;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as ServerMessage;
      const followed = follow(this.place, message);
      this.place = followed.place;
      if (followed.lost) this.lost++;
      this.messages.push(message);
    });
    ws.addEventListener("close", ({ code }) => {
      this.code = code;
    });
    ws.accept();
    onTestFinished(() => this.close());
  }

  say(message: object | string): void {
    this.#ws.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  close(): void {
    if (this.code === null) this.#ws.close(1000);
  }

  of(type: ServerMessage["type"]) {
    return this.messages.filter((message) => message.type === type);
  }
}

export async function connect(bucket: Bucket, viewer: Id, rest: Partial<SocketConnection> = {}) {
  const response = await bucket.fetch(connectionUrl(connectionOf(viewer, rest)), {
    headers: { upgrade: "websocket" },
  });
  if (response.webSocket === null) throw new Error(`${response.status}`);
  return new Socket(response.webSocket);
}

export async function join(
  bucket: Bucket,
  viewer: Id,
  place: Place | null = null,
): Promise<Socket> {
  const socket = await connect(bucket, viewer);
  socket.place = place;
  socket.say({ type: "resume", ...(place !== null && { life: place.life, after: place.seq }) });
  await until(() => socket.of("hello").length > 0, "hello");
  return socket;
}

export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never: ${what}`);
}

export const newPost = (
  post: number,
  viewers: readonly Id[] = [VIEWER],
): Extract<SocketEvent, { kind: "new-post" }> => ({
  kind: "new-post",
  viewers,
  author: AUTHOR,
  post: BigInt(post) as Id,
  timeMs: Date.now(),
});

export async function tell(bucket: Bucket, ...events: readonly SocketEvent[]): Promise<void> {
  const told = await bucket.tell(events);
  if (!told.ok) throw new Error(told.error.code);
}
