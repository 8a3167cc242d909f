import type { Id } from "../../ids.ts";
import { topicOf } from "../../ranking/topic.ts";
import type { EntryRecord } from "../cache/record.ts";
import type { Post } from "../schemas.ts";
import { type PostCounts, toId } from "../views.ts";

/** A candidate of a feed, as ranking needs to know it: the same from a page's view and from an entry's cells. */
export interface RankItem {
  /** Its place in the feed. */
  readonly post: Id;
  /** What it shows: of a repost, the original. */
  readonly content: Id;
  /** Whose list it is from. */
  readonly author: Id;
  readonly contentAuthor: Id;
  readonly createdAtMs: number;
  readonly topic: string;
  readonly textChars: number;
  readonly media: number;
  readonly isRepost: boolean;
  readonly isQuote: boolean;
  readonly counts: PostCounts;
}

export function itemOfPost(post: Post): RankItem {
  const shown = post.repostOf ?? post;
  return {
    post: toId(post.id),
    content: toId(shown.id),
    author: toId(post.author.id),
    contentAuthor: toId(shown.author.id),
    createdAtMs: post.createdAtMs,
    topic: topicOf(shown.text),
    textChars: shown.text.length,
    media: shown.media.length,
    isRepost: post.repostOf !== undefined,
    isQuote: post.quoteOf !== undefined,
    counts: shown.counts,
  };
}

/** All that an entry may show: what a rule hides is in it as long as it may become visible. */
export function itemsOfRecord({
  slots,
  cells,
}: Pick<EntryRecord, "slots" | "cells">): readonly RankItem[] {
  return slots.flatMap(({ at, original, rule }) => {
    const post = cells.get(at.id2)?.post;
    if (rule !== null || post === undefined) return [];
    const isRepost = post.payload.repostOf !== undefined;
    const inner = isRepost && original !== null ? cells.get(original)?.post : undefined;
    const shown = inner ?? post;
    return [
      {
        post: at.id2,
        content: shown.id,
        author: post.author,
        contentAuthor: shown.author,
        createdAtMs: post.payload.createdAtMs,
        topic: topicOf(shown.payload.text),
        textChars: shown.payload.text.length,
        media: shown.payload.media.length,
        isRepost,
        isQuote: post.payload.quoteOf !== undefined,
        counts: shown.counts,
      },
    ];
  });
}
