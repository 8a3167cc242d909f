import type { Failure } from "../../errors.ts";
import { type Id, parseId } from "../../ids.ts";
import { ok, type Result } from "../../result.ts";
import { ASSOC, OBJECT } from "../../tao/registry.ts";
import { type Call, notFound, type Outcome } from "../call.ts";
import { hide, show, type Verdict } from "../paging.ts";
import { counts, readUsers } from "../reader.ts";
import { readGroups } from "../read-groups.ts";
import type { Comment } from "../schemas.ts";
import { required } from "../stage.ts";
import { loadStanding } from "../standing.ts";
import { type CommentPayload, commentView, parseComment, reactionKind, toId } from "../views.ts";
import { hiddenUser } from "../visibility.ts";
import { visiblePost, type VisiblePost } from "./post-view.ts";

export interface StoredComment {
  readonly id: Id;
  readonly payload: CommentPayload;
  readonly reactions: number;
}

export interface VisibleComment {
  readonly stored: StoredComment;
  readonly view: Comment;
  readonly post: VisiblePost;
}

/** A comment is visible with its post, and to whom no block separates from its author. */
export async function visibleComment(call: Call, text: string): Outcome<VisibleComment> {
  const id = parseId(text);
  const stored = id === null ? notFound("comment") : await readComment(call, id);
  if (!stored.ok) return stored;
  const post = await visiblePost(call, stored.value.payload.postId);
  if (!post.ok) return post.error.code === "not_found" ? notFound("comment") : post;
  const verdicts = await renderComments(call, [stored.value]);
  if (!verdicts.ok) return verdicts;
  const view = verdicts.value[0]?.item ?? null;
  return view === null ? notFound("comment") : ok({ stored: stored.value, view, post: post.value });
}

/** Without any rule: the caller asks them, or owns the comment. */
export async function readComment(call: Call, id: Id): Outcome<StoredComment> {
  const found = await required(call, () =>
    readGroups(call.tao, {
      object: [{ op: "objGet", id }],
      reactions: counts([id], ASSOC.likedBy),
    }),
  );
  if (!found.ok) return found;
  const [{ object }] = found.value.object;
  if (object?.otype !== OBJECT.comment) return notFound("comment");
  const reactions = found.value.reactions[0]?.count ?? 0;
  return ok({ id, payload: parseComment(object.data), reactions });
}

/** Comments as the viewer sees them, in their order: authors, blocks and own reactions in one wave. */
export async function renderComments(
  call: Call,
  stored: readonly StoredComment[],
): Promise<Result<readonly Verdict<Comment>[], Failure>> {
  const authors = stored.map(({ payload }) => toId(payload.authorId));
  const [users, standing, reactions] = await Promise.all([
    required(call, () => readUsers(call.tao, authors)),
    required(call, () => loadStanding(call.tao, call.viewer, authors)),
    ownReactions(
      call,
      stored.map(({ id }) => id),
    ),
  ]);
  if (!users.ok) return users;
  if (!standing.ok) return standing;
  if (!reactions.ok) return reactions;

  return ok(
    stored.map((comment): Verdict<Comment> => {
      const authorId = toId(comment.payload.authorId);
      const author = users.value.get(authorId);
      const rule = author === undefined ? "deleted" : hiddenUser(authorId, standing.value);
      if (author === undefined || rule !== null) return hide(rule ?? "deleted");
      const reaction = reactions.value.get(comment.id) ?? null;
      return show(commentView({ ...comment, author, reaction }));
    }),
  );
}

async function ownReactions(call: Call, id2s: readonly Id[]) {
  if (call.viewer === null || id2s.length === 0) return ok(new Map());
  const read = { op: "assocGet", id1: call.viewer, atype: ASSOC.likes, id2s } as const;
  const found = await required(call, () => call.tao.read([read]));
  if (!found.ok) return found;
  return ok(new Map(found.value[0].assocs.map((edge) => [edge.id2, reactionKind(edge.data)])));
}
