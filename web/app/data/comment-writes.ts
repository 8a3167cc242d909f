import type { InfiniteData } from "@tanstack/react-query";

import type { Comment, CommentPage, ReactionKind, User } from "../../../core/feed/schemas.ts";
import { showToast } from "../state/toasts.ts";
import { api, react } from "./api.ts";
import { appendComment, changeComment, removeComment, settleComment } from "./comment-cache.ts";
import { PENDING, withComments, withReaction } from "./post-cache.ts";
import { changeEverywhere } from "./post-writes.ts";
import { explain } from "./problem.ts";
import { queryClient } from "./query-client.ts";

type Pages = InfiniteData<CommentPage, string | undefined>;

function update(postId: string, change: (pages: Pages) => Pages): void {
  queryClient.setQueryData<Pages>(["comments", postId], (pages) => pages && change(pages));
}

let pendingCount = 0;

/** Shows the comment before the server has answered; false when it refused, and nothing shows. */
export async function addComment(
  author: User,
  postId: string,
  text: string,
  replyTo: string | null,
): Promise<boolean> {
  const pending: Comment = {
    id: `${PENDING}comment-${++pendingCount}`,
    postId,
    author,
    text,
    replyTo,
    createdAtMs: Date.now(),
    counts: { reactions: 0 },
    viewer: { reaction: null },
  };
  update(postId, (pages) => appendComment(pages, pending) as Pages);
  changeEverywhere(postId, (post) => withComments(post, 1));
  try {
    const saved = await api.addComment(postId, { text, ...(replyTo !== null && { replyTo }) });
    update(postId, (pages) => settleComment(pages, pending.id, saved) as Pages);
    return true;
  } catch (error) {
    update(postId, (pages) => removeComment(pages, pending.id) as Pages);
    changeEverywhere(postId, (post) => withComments(post, -1));
    showToast(`Not sent: ${explain(error)} Your text is kept.`, { tone: "error" });
    return false;
  }
}

export async function deleteComment(comment: Comment): Promise<void> {
  const before = queryClient.getQueryData<Pages>(["comments", comment.postId]);
  update(comment.postId, (pages) => removeComment(pages, comment.id) as Pages);
  changeEverywhere(comment.postId, (post) => withComments(post, -1));
  try {
    await api.deleteComment(comment.id);
    showToast("Comment deleted");
  } catch (error) {
    queryClient.setQueryData(["comments", comment.postId], before);
    changeEverywhere(comment.postId, (post) => withComments(post, 1));
    showToast(explain(error), { tone: "error" });
  }
}

export async function reactToComment(comment: Comment, kind: ReactionKind | null): Promise<void> {
  const before = comment.viewer.reaction;
  const apply = (next: ReactionKind | null): void =>
    update(
      comment.postId,
      (pages) => changeComment(pages, comment.id, (item) => withReaction(item, next)) as Pages,
    );
  apply(kind);
  try {
    await react("comment", comment.id, kind);
  } catch (error) {
    apply(before);
    showToast(explain(error), { tone: "error" });
  }
}
