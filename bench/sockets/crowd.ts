import { SignJWT } from "jose";

import { createRealtime, type RealtimeMessage } from "../../client/realtime.ts";
import type { SocketLike } from "../../client/realtime-ways.ts";
import type { Id } from "../../core/ids.ts";

/** One viewer: the product's own client, and what it was told. */
export interface Listener {
  readonly viewer: Id;
  start(): void;
  /** Cuts its socket off; the client comes back by itself. */
  drop(): void;
  stop(): void;
  /** Times of users that it was told to hide: each is told once, so this says what was lost or came twice. */
  readonly hidden: Map<string, number>;
  /** Unix ms at which each of them was first heard. */
  readonly heardMs: Map<string, number>;
  newPosts: number;
  /** Numbers that came again, and holes in them that nothing declared. */
  duplicates: number;
  holes: number;
  gaps: number;
  isOpen: boolean;
  /** ms from the beginning of each try that succeeded to its end. */
  readonly connectMs: number[];
}

/** Each from an address of its own, as far as the gateway can tell. */
const addressOf = (index: number): string =>
  `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

export async function newListener(
  baseUrl: string,
  secret: string,
  index: number,
): Promise<Listener> {
  const viewer = BigInt(1_000_000 + index) as Id;
  const token = await new SignJWT({ sub: `${viewer}` })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer("edgewise")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
  const headers = { "cf-connecting-ip": addressOf(index) };
  let socket: SocketLike | null = null;
  let beganMs = 0;
  let last: number | null = null;
  const realtime = createRealtime({
    baseUrl,
    token: () => token,
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
    webSocket: (url, protocols) =>
      (socket = socketWith(url, { protocols: [...protocols], headers })),
    onMessage: (message) => hear(message),
    onGap: () => void listener.gaps++,
    onState: ({ status }) => {
      listener.isOpen = status === "open";
      if (status === "connecting") beganMs = performance.now();
      if (status === "open") listener.connectMs.push(performance.now() - beganMs);
    },
  });

  const listener: Listener = {
    viewer,
    start: () => realtime.start(),
    drop: () => socket?.close(),
    stop: () => realtime.stop(),
    hidden: new Map(),
    heardMs: new Map(),
    newPosts: 0,
    duplicates: 0,
    holes: 0,
    gaps: 0,
    isOpen: false,
    connectMs: [],
  };

  function hear(message: RealtimeMessage): void {
    if (message.type === "counts" || message.type === "revoke" || message.type === "degraded")
      return;
    if (message.type === "new_posts") listener.newPosts = message.count;
    if (message.type === "hide_author") {
      listener.hidden.set(message.user, (listener.hidden.get(message.user) ?? 0) + 1);
      if (!listener.heardMs.has(message.user)) listener.heardMs.set(message.user, Date.now());
    }
    // The very first says how it is now; from then on every number has to come, once.
    const from = message.from ?? message.seq;
    if (last !== null && message.seq <= last) listener.duplicates++;
    else if (last !== null && from !== last + 1) listener.holes++;
    last = Math.max(last ?? 0, message.seq);
  }
  return listener;
}

/** Node's WebSocket takes headers too, which its types do not say. */
const socketWith = (
  url: string,
  options: { protocols: string[]; headers: Record<string, string> },
) => new WebSocket(url, options as unknown as string[]) as unknown as SocketLike;
