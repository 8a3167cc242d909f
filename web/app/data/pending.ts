import type { OutboxItem } from "../../../client/outbox/items.ts";
import type { Comment, Post } from "../../../core/feed/schemas.ts";
import { useStore } from "../state/store.ts";
import { aboutOf } from "./about.ts";
import { outboxStore } from "./outbox.ts";
import { stillPending } from "./post-cache.ts";

/** Own posts on their way, newest first; `shown` are those of the list they will be in. */
export function usePendingPosts(shown: readonly Post[]): Post[] {
  const mine = useStore(outboxStore).flatMap((item) => {
    const about = aboutOf(item);
    return about.kind === "post" ? [{ post: about.post, tries: item.tries }] : [];
  });
  // Only what was sent can have arrived.
  const arrived = new Set(
    stillPending(
      mine.filter(({ tries }) => tries > 0).map(({ post }) => post),
      shown,
    ),
  );
  return mine
    .filter(({ post, tries }) => tries === 0 || arrived.has(post))
    .map(({ post }) => post)
    .toReversed();
}

export function usePendingComments(postId: string): Comment[] {
  return useStore(outboxStore).flatMap((item) => {
    const about = aboutOf(item);
    const waits = about.kind === "comment" && about.comment.postId === postId;
    return waits && item.state !== "failed" ? [about.comment] : [];
  });
}

/** The waiting write that a pending card stands for. */
export function useItemOf(pendingId: string): OutboxItem | undefined {
  return useStore(outboxStore).find((item) => {
    const about = aboutOf(item);
    return (
      (about.kind === "post" && about.post.id === pendingId) ||
      (about.kind === "comment" && about.comment.id === pendingId)
    );
  });
}
