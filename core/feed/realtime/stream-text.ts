import { formatId, type Id } from "../../ids.ts";
import type { News, Stream } from "./stream.ts";

/** A stream as a row keeps it, less what has a column of its own. */
type Stored = readonly [
  life: string,
  seq: number,
  floor: number,
  kept: readonly (readonly [seq: number, atMs: number, news: News])[],
  posts: readonly (readonly [post: string, author: string, fresh: 0 | 1])[],
];

export function encodeStream({ life, seq, floor, kept, posts }: Stream): string {
  const stored: Stored = [
    life,
    seq,
    floor,
    kept.map((one) => [one.seq, one.atMs, one.news]),
    posts.map(({ post, author, fresh }) => [formatId(post), formatId(author), fresh ? 1 : 0]),
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
    posts: posts.map(([post, author, fresh]) => ({
      post: BigInt(post) as Id,
      author: BigInt(author) as Id,
      fresh: fresh === 1,
    })),
    leftMs,
  };
}
