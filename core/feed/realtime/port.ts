import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Region } from "../../regions/regions.ts";
import type { Result } from "../../result.ts";

/** What fan-out tells the sockets of one region's bucket. */
export type SocketEvent =
  /** A post that these viewers' feeds now have: moves their count of new posts. */
  | {
      readonly kind: "new-post";
      readonly viewers: readonly Id[];
      readonly author: Id;
      readonly post: Id;
    }
  /** Of an author whom many follow: for every socket whose viewer follows them, as far as it knows. */
  | { readonly kind: "announced"; readonly author: Id; readonly post: Id }
  | {
      readonly kind: "counts";
      readonly post: Id;
      readonly of: "reactions" | "comments" | "reposts";
      readonly count: number;
    }
  /** Take it off the screen now. */
  | { readonly kind: "revoke"; readonly post: Id }
  /** These viewers' relations changed: posts of `other` may have to go. */
  | { readonly kind: "related"; readonly viewer: Id; readonly other: Id; readonly hide: boolean }
  | { readonly kind: "notified"; readonly viewer: Id };

export interface SocketSink {
  /** Tells the sockets of one bucket. Fails as a whole; the same events may come again. */
  tell(
    region: Region,
    bucket: number,
    events: readonly SocketEvent[],
  ): Promise<Result<null, Failure>>;
}

/**
 * Messages on the wire, JSON text, server to client. `seq` counts per viewer and bucket life (`life`);
 * a client that comes back with (life, seq) gets exactly what it missed, or `gap`.
 */
export type ServerMessage =
  | {
      readonly type: "hello";
      readonly life: string;
      readonly seq: number;
      /** false: something may be missing; fetch again what is on the screen. */
      readonly resumed: boolean;
    }
  | {
      readonly type: "new_posts";
      readonly seq: number;
      readonly count: number;
      readonly authors: readonly string[];
    }
  | {
      readonly type: "counts";
      readonly seq: number;
      readonly post: string;
      readonly reactions?: number;
      readonly comments?: number;
      readonly reposts?: number;
    }
  | { readonly type: "revoke"; readonly seq: number; readonly post: string }
  | { readonly type: "hide_author"; readonly seq: number; readonly user: string }
  | { readonly type: "notifications"; readonly seq: number }
  /** Events from `from` up to `to` are not remembered any more. */
  | { readonly type: "gap"; readonly seq: number; readonly from: number; readonly to: number }
  | { readonly type: "pong"; readonly seq: number };

/** Client to server. */
export type ClientMessage =
  /** First message of a connection; without `after` it begins now. */
  | { readonly type: "resume"; readonly life?: string; readonly after?: number }
  /** Posts on the screen: their counts are told. Replaces what was watched. */
  | { readonly type: "watch"; readonly posts: readonly string[] }
  /** The reader has seen the top of the feed: the count of new posts starts over. */
  | { readonly type: "caught_up" }
  | { readonly type: "ping" };
