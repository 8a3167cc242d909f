import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { Numbered, NumberedMessage, ServerMessage } from "./port.ts";
import type { Original } from "./reach.ts";

type WithoutPlace<M> = M extends NumberedMessage ? Omit<M, keyof Numbered> : never;
/** A numbered message before it has a number. */
export type News = WithoutPlace<NumberedMessage>;

interface Kept {
  readonly seq: number;
  /** Unix ms, when it was told. */
  readonly atMs: number;
  readonly news: News;
}

/** A post that the count of new posts has, or had before the reader caught up. */
interface CountedPost {
  readonly post: Id;
  readonly author: Id;
  /** What it reposts. */
  readonly original: Original | null;
  readonly fresh: boolean;
}
/** A post to count. */
export type NewPost = Omit<CountedPost, "fresh">;

/**
 * What one viewer was told, for all of their connections. Of messages that replace each
 * other only the last is kept, so what there is to say again is bounded by what it is about.
 */
export interface Stream {
  /** Names this count of `seq`: another life knows nothing of it. */
  readonly life: string;
  /** The newest number given out. */
  readonly seq: number;
  /** Numbers up to this one are forgotten. */
  readonly floor: number;
  /** Oldest first. */
  readonly kept: readonly Kept[];
  /** Oldest first; also tells a post that comes twice. */
  readonly posts: readonly CountedPost[];
  /** When the last connection went, Unix ms; null while there is one. */
  readonly leftMs: number | null;
}

/** @param chance uniform in [0, 1): two streams of one millisecond are not the same. */
export const newLife = (nowMs: number, chance: number): string =>
  `${nowMs.toString(36)}-${Math.floor(chance * 2 ** 40).toString(36)}`;

export const newStream = (life: string): Stream => ({
  life,
  seq: 0,
  floor: 0,
  kept: [],
  posts: [],
  leftMs: null,
});

/** Where a client was. */
export interface Place {
  readonly life: string;
  readonly seq: number;
}

/** Messages about the same thing replace each other. */
function subjectOf(news: News): string {
  switch (news.type) {
    case "new_posts":
    case "notifications":
      return news.type;
    case "revoke":
      return `revoke ${news.post}`;
    case "hide_author":
      return `hide ${news.user}`;
  }
}

/** Gives each of `news` the next number, and keeps what a client may ask for again. */
export function emit(
  stream: Stream,
  news: readonly News[],
  nowMs: number,
): { readonly stream: Stream; readonly messages: readonly NumberedMessage[] } {
  const added = news.map((one, index): Kept => ({
    seq: stream.seq + index + 1,
    atMs: nowMs,
    news: one,
  }));
  const replaced = new Set(news.map(subjectOf));
  const before = stream.kept.filter((kept) => !replaced.has(subjectOf(kept.news)));
  const seq = stream.seq + added.length;
  return {
    stream: bounded({ ...stream, seq, kept: [...before, ...added] }, nowMs),
    messages: added.map((kept) => ({ ...kept.news, seq: kept.seq }) as NumberedMessage),
  };
}

/** A number for what was not told: whoever has not been given it is missing something. */
export function withGap(stream: Stream): {
  readonly stream: Stream;
  readonly message: Extract<ServerMessage, { type: "gap" }>;
} {
  const seq = stream.seq + 1;
  return {
    stream: { ...stream, seq, floor: seq, kept: [] },
    message: { type: "gap", seq, from: seq, to: seq },
  };
}

/** Drops what is too old or too much, and remembers up to where. */
function bounded(stream: Stream, nowMs: number): Stream {
  const oldestMs = nowMs - LIMITS.socketMemoryMs;
  const young = stream.kept.findIndex(({ atMs }) => atMs >= oldestMs);
  const over = stream.kept.length - LIMITS.socketMessagesMax;
  const drop = Math.max(young === -1 ? stream.kept.length : young, over, 0);
  const floor = stream.kept[drop - 1]?.seq ?? stream.floor;
  return drop === 0 ? stream : { ...stream, floor, kept: stream.kept.slice(drop) };
}

/**
 * What a client that was at `place` is told: `hello`, a gap if there is one, and what it
 * missed. null begins now. A place of another life, or ahead of this one, cannot be resumed.
 * Whoever cannot resume is told how many posts are new, as all of the viewer's devices are.
 */
export function resume(
  stream: Stream,
  place: Place | null,
  nowMs: number,
): readonly ServerMessage[] {
  const { life, seq, floor, kept } = bounded(stream, nowMs);
  const hello = (resumed: boolean): ServerMessage => ({ type: "hello", life, seq, resumed });
  const count = { ...newPosts(stream), seq } as NumberedMessage;
  if (place === null || place.life !== life || place.seq > seq) return [hello(false), count];

  const from = Math.max(place.seq, floor);
  const gap: ServerMessage = { type: "gap", seq: from, from: place.seq + 1, to: from };
  let last = from;
  const missed = kept
    .filter((one) => one.seq > from)
    .map((one) => {
      const replaced = one.seq > last + 1 ? { from: last + 1 } : {};
      last = one.seq;
      return { ...one.news, seq: one.seq, ...replaced } as NumberedMessage;
    });
  return from > place.seq ? [hello(false), gap, ...missed, count] : [hello(true), ...missed];
}

/** What the page shows once: of reposts the newest, and none beside their original. */
const contentOf = ({ post, original }: NewPost): Id => original?.post ?? post;

/** @returns null when the post was counted before, or the reader has seen what it shows. */
export function countPost(stream: Stream, news: NewPost): Stream | null {
  const { post, author, original } = news;
  const isKnown = (known: CountedPost) =>
    known.post === post || (!known.fresh && contentOf(known) === contentOf(news));
  if (stream.posts.some(isKnown)) return null;
  const posts = [...stream.posts, { post, author, original, fresh: true }];
  if (posts.length <= LIMITS.newPostsMax) return { ...stream, posts };
  // Those that count for nothing go first: they are kept only to recognise a repetition.
  const counting = new Set(freshIn(posts));
  posts.splice(
    Math.max(
      posts.findIndex((one) => !counting.has(one)),
      0,
    ),
    1,
  );
  return { ...stream, posts };
}

/** Without what `leaves` says; null when nothing of it was there, or nothing that is new. */
export function uncount(stream: Stream, leaves: (post: NewPost) => boolean): Stream | null {
  if (!stream.posts.some((counted) => counted.fresh && leaves(counted))) return null;
  return { ...stream, posts: stream.posts.filter((counted) => !leaves(counted)) };
}

/** null when there was nothing to catch up with. */
export function caughtUp(stream: Stream): Stream | null {
  if (!stream.posts.some(({ fresh }) => fresh)) return null;
  return { ...stream, posts: stream.posts.map((counted) => ({ ...counted, fresh: false })) };
}

export function newPosts(stream: Stream): News {
  const fresh = freshIn(stream.posts);
  const authors = [...new Set(fresh.map(({ author }) => formatId(author)).toReversed())];
  return {
    type: "new_posts",
    count: fresh.length,
    authors: authors.slice(0, LIMITS.newPostAuthorsMax),
  };
}

/** New ones, of each content the one that the page shows. */
function freshIn(posts: readonly CountedPost[]): readonly CountedPost[] {
  const byContent = new Map<Id, CountedPost>();
  for (const one of posts) {
    if (!one.fresh) continue;
    const content = contentOf(one);
    if (byContent.get(content)?.post === content) continue;
    byContent.delete(content);
    byContent.set(content, one);
  }
  return [...byContent.values()];
}
