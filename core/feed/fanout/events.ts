import type { Id } from "../../ids.ts";
import type { TraceContext } from "../../telemetry/trace.ts";
import type { Version } from "../../tao/version.ts";

/** Relations that decide what a viewer sees, from the viewer's side. */
export type ViewerRelation = "follows" | "friends" | "blocks" | "blockedBy" | "mutes";

/**
 * What one write meant for feeds, sockets and notifications, as its shard's log says it.
 * Made by a pure function of a log record; every event has the position of its entry, so that
 * (shard, at) names it for ever and whoever gets it twice can tell.
 */
export type GraphEvent = {
  readonly at: Version;
  /** Leader's clock at the commit, Unix ms. */
  readonly fromMs: number;
  /** Of a sampled write. */
  readonly trace?: TraceContext | undefined;
} & (
  | {
      readonly kind: "posted";
      readonly post: Id;
      readonly author: Id;
      /** Place in the author's list, Unix ms. */
      readonly timeMs: number;
      /** Index into AUDIENCES. */
      readonly audience: number;
      readonly repostOf: Id | null;
      readonly quoteOf: Id | null;
      /** Its text mentions nobody. Absent: it may. */
      readonly isPlain?: true | undefined;
    }
  | {
      readonly kind: "audience";
      readonly post: Id;
      readonly author: Id;
      readonly timeMs: number;
      readonly audience: number;
    }
  | { readonly kind: "unposted"; readonly post: Id; readonly author: Id }
  /** On the viewer's own shard; both halves of a pair are two events of two shards. */
  | {
      readonly kind: "related";
      readonly viewer: Id;
      readonly other: Id;
      readonly relation: ViewerRelation;
      readonly on: boolean;
    }
  /** Private, and on the viewer's own shard. */
  | { readonly kind: "settings"; readonly viewer: Id }
  /** How many there are now. Reactions may be a comment's: the log does not say, and no cell has its id. */
  | {
      readonly kind: "counted";
      readonly post: Id;
      readonly of: "reactions" | "comments" | "reposts";
      readonly count: number;
    }
  /** Somebody did something that a person is told of; taken back when `on` is false. */
  | {
      readonly kind: "acted";
      readonly act: "like" | "comment" | "repost" | "follow" | "friend_request" | "friend";
      readonly actor: Id | null;
      /** Of a follow: the person. Otherwise the post or comment acted upon. */
      readonly target: Id;
      /** The comment that was written; null otherwise. */
      readonly by: Id | null;
      readonly timeMs: number;
      readonly on: boolean;
    }
);
