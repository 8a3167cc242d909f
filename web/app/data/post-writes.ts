import { requests } from "../../../client/requests.ts";
import type {
  Audience,
  EmbeddedPost,
  NewPost,
  Post,
  ReactionKind,
  User,
} from "../../../core/feed/schemas.ts";
import { showToast } from "../state/toasts.ts";
import { type FeedbackKind, aboutOf } from "./about.ts";
import { feedbackStore } from "./feedback.ts";
import { type Pages, changeEverywhere, updateLists } from "./lists.ts";
import { outboxStore, submit, takeBack } from "./outbox.ts";
import { PENDING, removeFromPages, withAudience, withReaction, withReposts } from "./post-cache.ts";

/*
 * Each of these shows at once, and resolves when the server has answered or the write waits for
 * a connection. What follows, now or after a reload, is in `endings.ts`.
 */

export async function reactTo(post: EmbeddedPost, kind: ReactionKind | null): Promise<void> {
  const from = post.viewer.reaction;
  changeEverywhere(post.id, (item) => withReaction(item, kind));
  await submit({
    request: requests.react("post", post.id, kind),
    setting: { name: `reaction:post:${post.id}`, from, to: kind },
    about: { kind: "reaction", on: "post", id: post.id, postId: post.id, from, to: kind },
  });
}

let pendingCount = 0;
export const newPendingId = (): string => `${PENDING}${Date.now()}-${++pendingCount}`;

/** What the post will look like; the server's version replaces it. */
function pendingPost(author: User, post: NewPost, quoted: EmbeddedPost | null): Post {
  return {
    id: newPendingId(),
    author,
    text: post.text,
    audience: post.audience ?? "public",
    media: post.media,
    createdAtMs: Date.now(),
    counts: { reactions: 0, comments: 0, reposts: 0 },
    viewer: { reaction: null },
    ...(quoted !== null && { quoteOf: quoted }),
  };
}

/** @returns false when the server refused; the refused post is then in the outbox, as `pendingId`. */
export async function publish(
  author: User,
  post: NewPost,
  quoted: EmbeddedPost | null,
): Promise<{ readonly done: boolean; readonly pendingId: string }> {
  const shown = pendingPost(author, post, quoted);
  const outcome = await submit({
    request: requests.createPost(post),
    about: { kind: "post", post: shown },
  });
  return { done: outcome.at !== "failed", pendingId: shown.id };
}

/** The words are back with their author; the post they came from is forgotten. */
export async function forgetPending(pendingId: string): Promise<void> {
  const item = outboxStore.get().find((known) => {
    const about = aboutOf(known);
    return about.kind === "post" && about.post.id === pendingId;
  });
  if (item !== undefined) await takeBack(item.id);
}

export async function repost(author: User, original: EmbeddedPost): Promise<void> {
  changeEverywhere(original.id, (item) => withReposts(item, 1));
  await submit({
    request: requests.createPost({ text: "", media: [], repostOf: original.id }),
    about: { kind: "repost", original: original.id, author: author.handle },
  });
}

export async function removePost(post: Post): Promise<boolean> {
  updateLists((pages) => removeFromPages(pages, post.id) as Pages);
  const outcome = await submit({
    request: requests.deletePost(post.id),
    about: { kind: "delete-post", post },
  });
  return outcome.at !== "failed";
}

export async function changeAudience(post: EmbeddedPost, audience: Audience): Promise<void> {
  changeEverywhere(post.id, (item) => withAudience(item, audience));
  await submit({
    request: requests.setAudience(post.id, audience),
    setting: { name: `audience:${post.id}`, from: post.audience, to: audience },
    about: { kind: "audience", id: post.id, from: post.audience },
  });
}

const FEEDBACK_WORDS = {
  more: "You will see more like this",
  less: "You will see less like this",
} as const;

/** `kind` null takes it back. */
export async function giveFeedback(postId: string, kind: FeedbackKind): Promise<void> {
  const from = feedbackStore.get().get(postId) ?? null;
  feedbackStore.set(new Map([...feedbackStore.get(), [postId, kind]]));
  const outcome = await submit({
    request: kind === null ? requests.clearFeedback(postId) : requests.setFeedback(postId, kind),
    setting: { name: `feedback:${postId}`, from, to: kind },
    about: { kind: "feedback", post: postId, from, to: kind },
  });
  if (outcome.at === "failed" || kind === null) return;
  showToast(FEEDBACK_WORDS[kind], {
    action: { label: "Undo", run: () => void giveFeedback(postId, from) },
  });
}
