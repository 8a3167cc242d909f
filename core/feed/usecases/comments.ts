import { type Id, parseId, shardOf } from "../../ids.ts";
import { err, ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { ListCursor, Write } from "../../tao/types.ts";
import type { OwnChange } from "../cache/port.ts";
import { type Call, notFound, opId, type Outcome, signedIn } from "../call.ts";
import { tellOwn } from "../home-cache.ts";
import type { Comment, CommentPage, NewComment } from "../schemas.ts";
import type { PageRequest } from "../service.ts";
import { parseComment, toId } from "../views.ts";
import { commentWrites } from "../writes.ts";
import { readComment, renderComments, type StoredComment, visibleComment } from "./comment-view.ts";
import { noteAct } from "./events.ts";
import { isGone } from "./gone.ts";
import { pagedList } from "./paged-list.ts";
import { visiblePost } from "./post-view.ts";
import { member } from "./people.ts";

/** Comments of a post, newest first, without those of whom a block hides. */
export async function comments(
  call: Call,
  postId: string,
  request: PageRequest,
): Outcome<CommentPage> {
  const post = await visiblePost(call, postId);
  if (!post.ok) return post;
  const { id } = post.value.stored;
  return pagedList(call, `comments-${id}`, request, (after, limit) =>
    fetchComments(call, id, after, limit),
  );
}

/** List, objects and counts in one call: a thread lives on its post's shard. */
async function fetchComments(call: Call, post: Id, after: ListCursor | null, limit: number) {
  const request = { id1s: [post], atype: ASSOC.comments, after, limit, counts: [ASSOC.likedBy] };
  const found = await call.tao.union(request);
  if (!found.ok) return found;
  const { entries, more } = found.value;
  const stored = entries.flatMap(({ id2, object, counts: [reactions = 0] }): StoredComment[] =>
    object === null ? [] : [{ id: id2, payload: parseComment(object), reactions }],
  );
  const verdicts = await renderComments(call, stored);
  if (!verdicts.ok) return verdicts;

  const byId = new Map(stored.map(({ id }, index) => [id, verdicts.value[index]]));
  const ruled = entries.map(({ id2, timeMs }) => ({
    at: { timeMs, id2 },
    ...(byId.get(id2) ?? { item: null, rule: "deleted" as const }),
  }));
  return ok({ entries: ruled, more });
}

/** @returns `invalid_request` when `replyTo` is no comment of this post that the viewer sees. */
export async function addComment(call: Call, postId: string, fields: NewComment): Outcome<Comment> {
  const author = await member(call);
  if (!author.ok) return author;
  const post = await visiblePost(call, postId);
  if (!post.ok) return post;
  const replyTo = await replyTarget(call, fields, postId);
  if (!replyTo.ok) return replyTo;

  const writes = commentWrites({
    post: post.value.stored.id,
    author: author.value,
    replyTo: replyTo.value ?? undefined,
    text: fields.text,
    createdAtMs: call.clock.nowMs(),
  });
  const shard = shardOf(post.value.stored.id);
  const before = call.tao.wroteTo(post.value.stored.id);
  const written = await call.tao.write(shard, writes, opId(call, "addComment"));
  if (!written.ok) return written;
  noteAct(call, "comment", { post: post.value.stored.id });
  const id = written.value.results[0]?.id;
  const added = id === undefined ? notFound("comment") : await visibleComment(call, String(id));
  tellOwn(call, author.value, before, written.value, () => countNow(call, post.value.stored.id));
  return added.ok ? ok(added.value.view) : added;
}

/** How many comments there are, for the author's own pages. */
async function countNow(call: Call, post: Id): Outcome<OwnChange> {
  // What is read now is at least as new: a count that fan-out tells later goes over it.
  const countAt = call.tao.positionOf(post);
  const found = await call.tao.read([{ op: "assocCount", id1: post, atype: ASSOC.comments }]);
  if (!found.ok) return found;
  const [{ count }] = found.value;
  return countAt === null ? notFound("place") : ok({ post, of: "comments", count, countAt });
}

async function replyTarget(
  call: Call,
  { replyTo }: NewComment,
  postId: string,
): Outcome<Id | null> {
  if (replyTo === undefined) return ok(null);
  const target = await visibleComment(call, replyTo);
  if (target.ok && target.value.stored.payload.postId === postId) return ok(target.value.stored.id);
  if (!target.ok && target.error.code !== "not_found") return target;
  return err({ code: "invalid_request", field: "replyTo", reason: "is no comment of this post" });
}

/** Its author may delete a comment, and so may the author of the post it is under. */
export async function deleteComment(call: Call, commentId: string): Outcome<null> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const id = parseId(commentId);
  if (id === null) return notFound("comment");
  const stored = await readComment(call, id);
  const before = call.tao.wroteTo(id);
  if (stored.ok) {
    const unlisted = await unlist(call, viewer.value, stored.value);
    if (!unlisted.ok) return unlisted;
  } else {
    // Gone already: only a retry may still get its first answer.
    if (stored.error.code !== "not_found" || call.idempotencyKey === null) return stored;
    const gone = await isGone(call, id);
    if (!gone.ok) return gone;
    if (!gone.value) return stored;
  }
  const deleted = await call.tao.write(
    shardOf(id),
    [{ op: "objDelete", id }],
    opId(call, "deleteComment"),
  );
  if (!deleted.ok) return deleted;
  if (stored.ok) {
    const post = toId(stored.value.payload.postId);
    tellOwn(call, viewer.value, before, deleted.value, () => countNow(call, post));
  }
  return deleted.value.results[0]?.changed === true ? ok(null) : notFound("comment");
}

/** Takes the comment out of both lists it is in; from then on nobody finds it. */
async function unlist(call: Call, viewer: Id, { id, payload }: StoredComment): Outcome<null> {
  const author = toId(payload.authorId);
  const post = await visiblePost(call, payload.postId);
  const isHost = post.ok && post.value.stored.author === viewer;
  if (author !== viewer && !isHost) {
    return post.ok
      ? err({ code: "forbidden", reason: "this is somebody else's comment" })
      : notFound("comment");
  }
  const writes: Write[] = [
    { op: "assocDelete", id1: id, atype: ASSOC.commentedOn, id2: toId(payload.postId) },
    { op: "assocDelete", id1: id, atype: ASSOC.commentedBy, id2: author },
  ];
  const written = await call.tao.write(shardOf(id), writes, opId(call, "deleteComment", "lists"));
  return written.ok ? ok(null) : written;
}
