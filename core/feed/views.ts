import type { z } from "zod";

import { formatId, type Id } from "../ids.ts";
import type { commentPayload, postPayload, settingsPayload, userPayload } from "../tao/registry.ts";
import type { Comment, EmbeddedPost, Post, ReactionKind, Settings, User } from "./schemas.ts";

export type UserPayload = z.infer<typeof userPayload>;
export type PostPayload = z.infer<typeof postPayload>;
export type CommentPayload = z.infer<typeof commentPayload>;

/** Payloads are checked against their schema when they are written, so reading trusts them. */
const parse = <T>(json: string): T => JSON.parse(json) as T;

/** Stored JSON and counts of a post. */
export interface StoredPost {
  readonly id: Id;
  readonly author: Id;
  readonly payload: PostPayload;
  readonly counts: PostCounts;
}
export interface PostCounts {
  readonly reactions: number;
  readonly comments: number;
  readonly reposts: number;
}

export const toId = (text: string): Id => BigInt(text) as Id;

export function storedPost(id: Id, json: string, counts: PostCounts): StoredPost {
  const payload = parse<PostPayload>(json);
  return { id, author: toId(payload.authorId), payload, counts };
}

export function userView(id: Id, json: string): User {
  const { handle, name, bio, avatar, createdAtMs } = parse<UserPayload>(json);
  return { id: formatId(id), handle, name, bio, avatar, createdAtMs };
}

export function embeddedView(
  post: StoredPost,
  author: User,
  reaction: ReactionKind | null,
): EmbeddedPost {
  const { text, audience, media, createdAtMs } = post.payload;
  const { counts } = post;
  const viewer = { reaction };
  return { id: formatId(post.id), author, text, audience, media, createdAtMs, counts, viewer };
}

export interface PostParts {
  readonly post: StoredPost;
  readonly author: User;
  readonly reaction: ReactionKind | null;
  /** undefined: the post embeds nothing; null: what it embeds is hidden. */
  readonly repostOf?: EmbeddedPost | null | undefined;
  readonly quoteOf?: EmbeddedPost | null | undefined;
}

export function postView(parts: PostParts): Post {
  const { post, author, reaction, repostOf, quoteOf } = parts;
  return {
    ...embeddedView(post, author, reaction),
    ...(repostOf !== undefined && { repostOf }),
    ...(quoteOf !== undefined && { quoteOf }),
  };
}

export const parseComment = (json: string): CommentPayload => parse<CommentPayload>(json);

export interface CommentParts {
  readonly id: Id;
  readonly payload: CommentPayload;
  readonly author: User;
  readonly reactions: number;
  readonly reaction: ReactionKind | null;
}

export function commentView(parts: CommentParts): Comment {
  const { id, payload, author, reactions, reaction } = parts;
  return {
    id: formatId(id),
    postId: payload.postId,
    author,
    text: payload.text,
    replyTo: payload.replyTo ?? null,
    createdAtMs: payload.createdAtMs,
    counts: { reactions },
    viewer: { reaction },
  };
}

/** Of a `likes` or `likedBy` edge. */
export const reactionKind = (data: string): ReactionKind =>
  parse<{ kind: ReactionKind }>(data).kind;

export const parseSettings = (data: string): Settings =>
  parse<z.infer<typeof settingsPayload>>(data);
export const DEFAULT_SETTINGS: Settings = {
  feedMode: "ranked",
  defaultAudience: "public",
  theme: "system",
  autoplay: true,
};
