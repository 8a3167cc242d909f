import { formatId, type Id } from "../../ids.ts";
import type { News, Stream } from "./stream.ts";

/** A stream as a row keeps it, less what has a column of its own. */
type Stored = readonly [
  life: string,
  seq: number,
  floor: number,
  kept: readonly (readonly [seq: number, atMs: number, news: News])[],
  posts: readonly (
    | readonly [post: string, author: string, fresh: 0 | 1]
    | readonly [post: string, author: string, fresh: 0 | 1, original: string, itsAuthor: string]
  )[],
];

export function encodeStream({ life, seq, floor, kept, posts }: Stream): string {
  const stored: Stored = [
    life,
    seq,
    floor,
    kept.map((one) => [one.seq, one.atMs, one.news]),
    posts.map(({ post, author, original, fresh }) => {
      const counted = [formatId(post), formatId(author), fresh ? 1 : 0] as const;
      return original === null
        ? counted
        : [...counted, formatId(original.post), formatId(original.author)];
    }),
  ];
  return JSON.stringify(stored);
}

/** @param text what `encodeStream` made: rows are trusted. */
export function decodeStream(text: string, leftMs: number | null): Stream {
  const [life, seq, floor, kept, posts] = JSON.parse(text) as Stored;
  return {
    life,
    seq,
    floor,
    kept: kept.map(([number, atMs, news]) => ({ seq: number, atMs, news })),
    posts: posts.map(([post, author, fresh, original, itsAuthor]) => ({
      post: BigInt(post) as Id,
      author: BigInt(author) as Id,
      original:
        original === undefined || itsAuthor === undefined
          ? null
          : { post: BigInt(original) as Id, author: BigInt(itsAuthor) as Id },
      fresh: fresh === 1,
    })),
    leftMs,
  };
}
