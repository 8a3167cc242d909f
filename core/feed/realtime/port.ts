import type { Level } from "../../degradation/levels.ts";
import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Region } from "../../regions/regions.ts";
import type { Result } from "../../result.ts";
import type { Version } from "../../tao/version.ts";

export type CountOf = "reactions" | "comments" | "reposts";

/** What fan-out tells the sockets of one region's bucket. */
export type SocketEvent =
  /** A post that these viewers' feeds now have: moves their count of new posts. */
  | {
      readonly kind: "new-post";
      readonly viewers: readonly Id[];
      readonly author: Id;
      readonly post: Id;
      /** When it was written, Unix ms: it may come long after, and be gone by then. */
      readonly timeMs: number;
    }
  /** Of an author whom many follow: for every socket whose viewer follows them, as far as it knows. */
  | { readonly kind: "announced"; readonly author: Id; readonly post: Id }
  | {
      readonly kind: "counts";
      readonly post: Id;
      readonly of: CountOf;
      readonly count: number;
      /** Position in the log of the post's shard: an older one that comes late is then left out. */
      readonly at?: Version;
    }
  /**
   * Take it off the screens now of those whom it is not for: of all but `audience` (index into
   * AUDIENCES), of everybody without one. Of two audiences the later in the post's log counts.
   */
  | {
      readonly kind: "revoke";
      readonly post: Id;
      readonly audience?: number;
      readonly at?: Version;
    }
  /** These viewers' relations changed: posts of `other` may have to go. */
  | { readonly kind: "related"; readonly viewer: Id; readonly other: Id; readonly hide: boolean }
  | { readonly kind: "notified"; readonly viewer: Id };

export interface SocketSink {
  /**
   * Tells the sockets of one bucket. Fails as a whole; the same events may come again.
   *
   * @returns `quiet` for news where nobody is, as the bucket said of late: it was not called.
   */
  tell(
    region: Region,
    bucket: number,
    events: readonly SocketEvent[],
  ): Promise<Result<"told" | "quiet", Failure>>;
}

/** Which buckets a region has, and where a viewer's sockets are. */
export interface SocketTopology {
  readonly buckets: number;
  readonly bucketOf: (viewer: Id) => number;
}

export interface Numbered {
  /** Of its viewer's messages, which are counted. */
  readonly seq: number;
  /** The message also stands for the numbers from here on: later ones say what those said, or more. */
  readonly from?: number;
}
export type NumberedMessage = Numbered &
  (
    | {
        readonly type: "new_posts";
        /** `LIMITS.newPostsMax` means that many or more. */
        readonly count: number;
        readonly authors: readonly string[];
      }
    | { readonly type: "revoke"; readonly post: string }
    | { readonly type: "hide_author"; readonly user: string }
    | { readonly type: "notifications" }
  );

/**
 * Messages on the wire, JSON text, server to client. `seq` counts per viewer while the bucket
 * remembers them (`life`); a client that comes back with (life, seq) gets exactly what it
 * missed, or `gap`. `core/feed/realtime/place.ts` is the client's half of the rule.
 */
export type ServerMessage =
  | NumberedMessage
  | {
      readonly type: "hello";
      readonly life: string;
      /** The newest number; what was missed follows. */
      readonly seq: number;
      /** false: something may be missing; fetch again what is on the screen. */
      readonly resumed: boolean;
    }
  /** The newest counts of a watched post. Takes no number: `watch` answers with all of them again. */
  | {
      readonly type: "counts";
      readonly seq: number;
      readonly post: string;
      readonly reactions?: number;
      readonly comments?: number;
      readonly reposts?: number;
    }
  /** Events from `from` up to `to` are not remembered any more. */
  | { readonly type: "gap"; readonly seq: number; readonly from: number; readonly to: number }
  /** The region's level changed. Takes no number: every HTTP answer says the level too. */
  | {
      readonly type: "degraded";
      readonly seq?: never;
      readonly level: Level;
      readonly readOnly: boolean;
      /** For people; null: nothing that they would notice. */
      readonly message: string | null;
    }
  /** `seq` is missing where the answer is made without waking the object. */
  | { readonly type: "pong"; readonly seq?: number };

/** Client to server. */
export type ClientMessage =
  /** First message of a connection; without `after` it begins now. */
  | { readonly type: "resume"; readonly life?: string; readonly after?: number }
  /** Posts on the screen: their counts are told. Replaces what was watched. */
  | { readonly type: "watch"; readonly posts: readonly string[] }
  /** The reader has seen the top of the feed: the count of new posts starts over. */
  | { readonly type: "caught_up" }
  | { readonly type: "ping" };
