import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Region } from "../../regions/regions.ts";
import type { Result } from "../../result.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import type { TraceContext } from "../../telemetry/trace.ts";
import type { ListCursor } from "../../tao/types.ts";
import type { Version } from "../../tao/version.ts";
import type { Weighing } from "../../ranking/weighing.ts";
import type { Scores, Scoring } from "../ranked/scores.ts";
import type { Segment } from "../ranked/segment-cursor.ts";
import type { User } from "../schemas.ts";
import type { OwnWrite, Pushed } from "./port.ts";

/** What an entry must reflect, to answer this client: its own writes, by shard. */
export type Wrote = readonly (readonly [shard: PhysicalShard, at: Version])[];

export interface PageWish {
  readonly limit: number;
  readonly after: ListCursor | null;
  readonly wrote: Wrote;
  /** undefined: what the viewer's settings say. */
  readonly mode: "latest" | "ranked" | undefined;
  /** Where a ranked page goes on; null on a first page. `after` is for pages in the order of time. */
  readonly segment: Segment | null;
  /** How much older than usual an entry may be; default 1. */
  readonly ttlFactor?: number;
  /** For ranked pages: what is applied to the probabilities that are kept. */
  readonly weighing: Weighing;
  /** Of a sampled request; a cache that is no hop of its own does without. */
  readonly trace?: TraceContext;
}

/** Why there is no page: each is an honest one, and none of them is a cache that is away. */
export type MissReason =
  /** Nobody read this feed lately. */
  | "cold"
  | "expired"
  /** The client has written what the entry does not reflect. */
  | "void"
  /** The entry does not reach that far down. */
  | "below"
  /** It is asked for a ranked page, and was not built for one. */
  | "unscored";

/** What a build needs to know, so that its entry may be kept. */
export interface Miss {
  readonly hit: false;
  readonly why: MissReason;
  /** The bucket's clock. All that it is told from a follower's TTL before is applied to what is put. */
  readonly watermarkMs: number;
  /** The viewer's shard must be read at least as fresh; null: as it comes. */
  readonly needs: Version | null;
  /** Whether the reader had read their feed of late; left out by a cache that does not know. */
  readonly wasActive?: boolean;
}

/** A page, as text where it is long. */
export interface CachedPage {
  readonly hit: true;
  /** The order that the viewer's settings name. */
  readonly feedMode: "latest" | "ranked";
  /** JSON text of the items. */
  readonly items: string;
  /** JSON text: what was left out, by rule. */
  readonly hidden: string;
  /** Where the next page starts, in the order that this one has; null exactly when nothing can follow. */
  readonly next:
    | { readonly mode: "latest"; readonly at: ListCursor | null }
    | { readonly mode: "ranked"; readonly at: Segment | null };
  readonly head: ListCursor | null;
  /** Of a ranked page; null in the order of time. */
  readonly scoring: Scoring | null;
  readonly ageMs: number;
  /** Of the build: `Tao.madeBy`. */
  readonly ticket: string;
  readonly upTo: Version | null;
}

export interface NewPosts {
  readonly hit: true;
  readonly count: number;
  readonly authors: readonly User[];
}

/** What an entry's pages are put in order by. */
export interface KeptScores {
  readonly hit: true;
  readonly scores: Scores;
  readonly ageMs: number;
}

/** Whether an entry that was put is kept; `false` changes nothing for the reader. */
export type Kept = boolean;

/** A region's feed cache, for readers: each call is one request. One that is away or late fails. */
export interface FeedCache {
  page(region: Region, viewer: Id, wish: PageWish): Promise<Result<CachedPage | Miss, Failure>>;
  newSince(
    region: Region,
    viewer: Id,
    since: ListCursor,
    wrote: Wrote,
  ): Promise<Result<NewPosts | Miss, Failure>>;
  /** For explanations: the scores that the viewer's ranked pages have. */
  scores(region: Region, viewer: Id, wrote: Wrote): Promise<Result<KeptScores | Miss, Failure>>;
  /** @param record text of `encodeRecord`. */
  put(region: Region, viewer: Id, record: string): Promise<Result<Kept, Failure>>;
  /** That a viewer's entry reflects what they wrote. If it does not come, the entry is void for them. */
  own(region: Region, write: OwnWrite): Promise<Result<unknown, Failure>>;
}

/** Since the bucket woke up. */
export interface BucketStats {
  /** Reads of pages and of counts of new posts, and how they ended. */
  readonly reads: number;
  readonly hits: number;
  readonly misses: Readonly<Record<MissReason, number>>;
  /** Pages, not counts of new posts, that readers asked for who had read their feed lately. */
  readonly active: { readonly asked: number; readonly hits: number };
  readonly puts: number;
  /** Entries that came too late, or not fresh enough, to be kept. */
  readonly refused: number;
  readonly events: number;
  /** Entries in memory, in storage, and their bytes in memory. */
  readonly entries: number;
  readonly stored: number;
  readonly bytes: number;
  /** Hits by the age of their entry: up to each of `AGES_MS`. */
  readonly ages: readonly number[];
}

/** RPC contract of a bucket: viewers of one region, by hash. */
export interface FeedBucketService {
  page(viewer: Id, wish: PageWish): Promise<Result<CachedPage | Miss, Failure>>;
  newSince(viewer: Id, since: ListCursor, wrote: Wrote): Promise<Result<NewPosts | Miss, Failure>>;
  scores(viewer: Id, wrote: Wrote): Promise<Result<KeptScores | Miss, Failure>>;
  put(record: string): Promise<Result<Kept, Failure>>;
  /** @param events text of `encodeEvents`. */
  apply(events: string): Promise<Result<Pushed, Failure>>;
  stats(): Promise<BucketStats>;
  /** Drops every entry: each next read is a miss. What the bucket was told stays known. */
  flush(): Promise<void>;
}
