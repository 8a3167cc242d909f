import { formatId, type Id, type LogicalShard, shardOf } from "../ids.ts";
import { ASSOC, AUDIENCES, OBJECT } from "../tao/registry.ts";
import { resultId, type Write } from "../tao/types.ts";
import { handleId } from "./directory.ts";
import type { Audience, Media, ReactionKind } from "./schemas.ts";

/**
 * How the product's nouns lie in the graph: one definition for the use-cases, the demo
 * world and the importer. Each function returns writes of one shard, named beside it.
 */
export interface UserFields {
  readonly handle: string;
  readonly name: string;
  readonly bio: string;
  readonly avatar: string | null;
  readonly createdAtMs: number;
}

/** On any shard: the user's own choice for life. Its id is the result at place 0. */
export const userWrites = (shard: LogicalShard, user: UserFields): Write[] => [
  { op: "objAdd", otype: OBJECT.user, shard, data: JSON.stringify(user) },
];

/** On the shard of `handleId(handle)`: claims the handle, or fails with `version_mismatch`. */
export function claimHandle(handle: string, user: Id, timeMs: number): Write {
  const id = handleId(handle);
  const data = JSON.stringify({ user: formatId(user) });
  return { op: "assocAdd", id1: id, atype: ASSOC.handle, id2: id, timeMs, data, ifVersion: null };
}

export interface PostFields {
  readonly author: Id;
  readonly text: string;
  readonly audience: Audience;
  readonly media: readonly Media[];
  readonly createdAtMs: number;
  readonly repostOf?: Id | undefined;
  readonly quoteOf?: Id | undefined;
  readonly lang?: string | undefined;
}

/** Payload of the `authored` edge: what the visibility rules need, "" for public and original. */
export function authoredData(audience: Audience, repostOf?: Id, quoteOf?: Id): string {
  const rank = AUDIENCES.indexOf(audience);
  const payload = {
    ...(rank > 0 && { a: rank }),
    ...(repostOf !== undefined && { r: formatId(repostOf) }),
    ...(quoteOf !== undefined && { q: formatId(quoteOf) }),
  };
  return Object.keys(payload).length === 0 ? "" : JSON.stringify(payload);
}

/**
 * On the author's shard: the post and its place in the author's list. Its id is the
 * result at `place`, the number of writes before these in the batch. A repost also
 * needs `repostEdge`, on the same shard.
 */
export function postWrites(post: PostFields, place = 0): Write[] {
  const { author, audience, createdAtMs, repostOf, quoteOf } = post;
  return [
    { op: "objAdd", otype: OBJECT.post, shard: shardOf(author), data: postData(post) },
    {
      op: "assocAdd",
      id1: author,
      atype: ASSOC.authored,
      id2: resultId(place),
      timeMs: createdAtMs,
      data: authoredData(audience, repostOf, quoteOf),
    },
    ...(audience === "public" ? [publishedEdge(author, resultId(place), createdAtMs)] : []),
  ];
}

/** JSON text of the post object. */
export function postData(post: PostFields): string {
  const { author, text, audience, media, createdAtMs, repostOf, quoteOf, lang } = post;
  return JSON.stringify({
    authorId: formatId(author),
    text,
    audience,
    media,
    createdAtMs,
    ...(repostOf !== undefined && { repostOf: formatId(repostOf) }),
    ...(quoteOf !== undefined && { quoteOf: formatId(quoteOf) }),
    ...(lang !== undefined && { lang }),
  });
}

/** Beside `authored`, for public posts alone: others may know their number, not that of the rest. */
const publishedEdge = (author: Id, post: Id, timeMs: number): Write => ({
  op: "assocAdd",
  id1: author,
  atype: ASSOC.published,
  id2: post,
  timeMs,
  data: "",
});

/** On the author's shard, with the post's own change: its place among the public ones, or none. */
export const publishWrite = (author: Id, post: Id, timeMs: number, isPublic: boolean): Write =>
  isPublic
    ? publishedEdge(author, post, timeMs)
    : { op: "assocDelete", id1: author, atype: ASSOC.published, id2: post };

/** On the reposter's shard; its inverse counts reposts at the original. */
export const repostEdge = (user: Id, original: Id, timeMs: number): Write => ({
  op: "assocAdd",
  id1: user,
  atype: ASSOC.reposts,
  id2: original,
  timeMs,
  data: "",
});

export interface CommentFields {
  readonly post: Id;
  readonly author: Id;
  readonly replyTo?: Id | undefined;
  readonly text: string;
  readonly createdAtMs: number;
}

/** On the post's shard: a thread is one list of one shard. Its id is the result at `place`. */
export function commentWrites(comment: CommentFields, place = 0): Write[] {
  const { post, author, replyTo, text, createdAtMs } = comment;
  const object = {
    authorId: formatId(author),
    postId: formatId(post),
    ...(replyTo !== undefined && { replyTo: formatId(replyTo) }),
    text,
    createdAtMs,
  };
  const id1 = resultId(place);
  const edge = { op: "assocAdd", id1, timeMs: createdAtMs, data: "" } as const;
  return [
    { op: "objAdd", otype: OBJECT.comment, shard: shardOf(post), data: JSON.stringify(object) },
    { ...edge, atype: ASSOC.commentedOn, id2: post },
    { ...edge, atype: ASSOC.commentedBy, id2: author },
  ];
}

/** On the user's shard; the inverse counts reactions at the post or comment. */
export const reactionEdge = (user: Id, target: Id, kind: ReactionKind, timeMs: number): Write => ({
  op: "assocAdd",
  id1: user,
  atype: ASSOC.likes,
  id2: target,
  timeMs,
  data: JSON.stringify({ kind }),
});

/** On the follower's shard. */
export const followEdge = (user: Id, followed: Id, timeMs: number): Write => ({
  op: "assocAdd",
  id1: user,
  atype: ASSOC.follows,
  id2: followed,
  timeMs,
  data: "",
});

/** On the smaller id's shard, so that one leader orders every change of the pair. */
export function friendEdge(a: Id, b: Id, timeMs: number): Write {
  const [id1, id2] = a < b ? [a, b] : [b, a];
  return { op: "assocAdd", id1, atype: ASSOC.friends, id2, timeMs, data: "" };
}
