import type { ServerMessage } from "../../../core/feed/realtime/port.ts";

/** `open`: messages arrive, so nobody needs to poll. */
export type LiveState = "connecting" | "open" | "closed";

export interface LiveOptions {
  readonly baseUrl: string;
  readonly token: () => string | null;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onState: (state: LiveState) => void;
}

/** A socket of the signed-in reader. Without one the app polls. */
export interface LiveConnection {
  start(): void;
  stop(): void;
  /** Posts whose counts are told; replaces what was watched. */
  watch(postIds: readonly string[]): void;
  /** The reader has the newest posts: the count of new ones starts over. */
  caughtUp(): void;
}

export type ConnectLive = (options: LiveOptions) => LiveConnection;
