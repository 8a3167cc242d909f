import type { InfiniteData } from "@tanstack/react-query";

import { requests } from "../../../client/requests.ts";
import type { Comment, CommentPage, ReactionKind, User } from "../../../core/feed/schemas.ts";
import { changeComment, removeComment } from "./comment-cache.ts";
import { changeEverywhere } from "./lists.ts";
import { submit } from "./outbox.ts";
import { withComments, withReaction } from "./post-cache.ts";
import { newPendingId } from "./post-writes.ts";
import { queryClient } from "./query-client.ts";

type CommentPages = InfiniteData<CommentPage, string | undefined>;

export function updateComments(
  postId: string,
  change: (pages: CommentPages) => { readonly pages: unknown[] },
): void {
  queryClient.setQueryData<CommentPages>(
    ["comments", postId],
    (pages) => pages && (change(pages) as CommentPages),
  );
}

/** Shows until the server has answered; false when it refused, and nothing shows. */
export async function addComment(
  author: User,
  postId: string,
  text: string,
  replyTo: string | null,
): Promise<boolean> {
  const comment: Comment = {
    id: newPendingId(),
    postId,
    author,
    text,
    replyTo,
    createdAtMs: Date.now(),
    counts: { reactions: 0 },
    viewer: { reaction: null },
  };
  changeEverywhere(postId, (post) => withComments(post, 1));
  const outcome = await submit({
    request: requests.addComment(postId, { text, ...(replyTo !== null && { replyTo }) }),
    about: { kind: "comment", comment },
  });
  return outcome.at !== "failed";
}

export async function deleteComment(comment: Comment): Promise<void> {
  updateComments(comment.postId, (pages) => removeComment(pages, comment.id));
  changeEverywhere(comment.postId, (post) => withComments(post, -1));
  await submit({
    request: requests.deleteComment(comment.id),
    about: { kind: "delete-comment", comment },
  });
}

export async function reactToComment(comment: Comment, kind: ReactionKind | null): Promise<void> {
  const { id, postId } = comment;
  const from = comment.viewer.reaction;
  updateComments(postId, (pages) => changeComment(pages, id, (item) => withReaction(item, kind)));
  await submit({
    request: requests.react("comment", id, kind),
    setting: { name: `reaction:comment:${id}`, from, to: kind },
    about: { kind: "reaction", on: "comment", id, postId, from, to: kind },
  });
}
