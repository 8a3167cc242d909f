import type { RankMode } from "./service.ts";

/** A candidate of a slate, decimal text. */
export interface SlateItem {
  readonly post: string;
  /** What it shows: of a repost, the original. Likes and comments are about this. */
  readonly content: string;
  readonly author: string;
  /** Whose the content is: a follow may be about either. */
  readonly contentAuthor: string;
  readonly topic: string;
}

/** What was scored together, with its features frozen: kept until it is known what the viewer did. */
export interface Slate {
  readonly id: string;
  readonly viewer: string;
  /** Unix ms of the features. */
  readonly atMs: number;
  readonly schema: string;
  readonly mode: RankMode;
  readonly model: string | null;
  readonly items: readonly SlateItem[];
  /** One row of features per item. */
  readonly dense: Float32Array;
  readonly ids: Int32Array;
}
