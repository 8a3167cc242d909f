import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Region } from "../../regions/regions.ts";
import type { Result } from "../../result.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import type { Version } from "../../tao/version.ts";
import type { ReactionKind } from "../schemas.ts";

/** A post as the graph holds it, with its author: what a page needs of it, for any viewer. */
export interface Cell {
  readonly id: Id;
  readonly author: Id;
  /** JSON text of the post object and of the author's user object, as stored. */
  readonly post: string;
  readonly user: string;
  readonly reactions: number;
  readonly comments: number;
  readonly reposts: number;
}

/** A new post on its way into feeds. */
export interface PushedPost {
  readonly cell: Cell;
  /** Place in the author's list, Unix ms. */
  readonly timeMs: number;
  /** What it reposts or quotes; null when it does neither, or when that is gone. */
  readonly original: Cell | null;
}

/** What a reader wrote through this region, and how it changes their own pages. */
export interface OwnWrite {
  readonly viewer: Id;
  readonly shard: PhysicalShard;
  /** What the client had written there before, as its ticket said; null: nothing lately. */
  readonly prev: Version | null;
  readonly at: Version;
  /** null: nothing that a page shows; "other": what only a new entry shows. */
  readonly change: OwnChange | null | "other";
}

export interface OwnChange {
  readonly post: Id;
  /** The viewer's own, if that changed; null: taken back. It was written on the viewer's shard. */
  readonly reaction?: ReactionKind | null;
  readonly of: "reactions" | "comments";
  /** With the change, and its place in the log of the post's shard. */
  readonly count: number;
  readonly countAt: Version;
}

/** What fan-out, and who writes, tells one bucket of one region. Applying one twice, or late, changes nothing. */
export type BucketEvent =
  /** Into the entries of these viewers, all of this bucket. */
  | { readonly kind: "push"; readonly pushed: PushedPost; readonly viewers: readonly Id[] }
  /** Into the entries of whoever's sources include the author. */
  | { readonly kind: "announce"; readonly pushed: PushedPost }
  /**
   * For other people than before, at once: for those of `audience` (index into AUDIENCES), by the
   * rules; for nobody without one, as when it is deleted. `at` is the place in the post's log: of two
   * audiences the later counts, whichever comes last.
   */
  | {
      readonly kind: "revoke";
      readonly post: Id;
      readonly audience?: number;
      readonly at?: Version;
    }
  /**
   * Relations or settings of these viewers changed: their entries are built anew. All are of one
   * shard where `at` says the place in its log: what reflects that stays. Without it nothing of
   * theirs is kept for a follower's TTL, since a build may still have read what was before.
   */
  | { readonly kind: "forget"; readonly viewers: readonly Id[]; readonly at?: Version }
  | {
      readonly kind: "count";
      /** Place in the log of the post's shard: a count that is older than the one known is late. */
      readonly at: Version;
      readonly post: Id;
      readonly of: "reactions" | "comments" | "reposts";
      readonly count: number;
    }
  /** The viewer's entry reflects it from now on: see `OwnWrites`. */
  | ({ readonly kind: "own" } & OwnWrite);

/** How many of the readers that events named had an entry: the activity that fan-out decides by. */
export interface Pushed {
  readonly named: number;
  readonly active: number;
}

/** Fan-out's side of a region's feed cache. Fails as a whole; the same events may come again. */
export interface FeedCacheSink {
  apply(
    region: Region,
    bucket: number,
    events: readonly BucketEvent[],
  ): Promise<Result<Pushed, Failure>>;
}

/** Buckets of a region: enough that none is hot, few enough that telling all is cheap. */
export interface FeedCacheTopology {
  readonly buckets: number;
  readonly bucketOf: (viewer: Id) => number;
}
