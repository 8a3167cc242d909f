import type { OutboxItem } from "../../../client/outbox/items.ts";
import type { Ending } from "../../../client/outbox/ports.ts";
import type { Comment, Post, Profile } from "../../../core/feed/schemas.ts";
import { navigate, placeStore } from "../state/location.ts";
import { postPath } from "../state/routes.ts";
import { setTheme } from "../state/theme.ts";
import { showToast } from "../state/toasts.ts";
import { type About, aboutOf } from "./about.ts";
import { appendComment, changeComment } from "./comment-cache.ts";
import { updateComments } from "./comment-writes.ts";
import { feedPages, startFeedOver, askForNews } from "./feed-query.ts";
import { feedbackStore } from "./feedback.ts";
import { type Pages, changeEverywhere, updateLists, updateListsOf } from "./lists.ts";
import { outboxStore, takeBack } from "./outbox.ts";
import {
  insertByTime,
  insertOwn,
  withAudience,
  withComments,
  withReaction,
  withReposts,
} from "./post-cache.ts";
import { removePost } from "./post-writes.ts";
import { queryClient } from "./query-client.ts";
import { withRelation } from "./relationship-cache.ts";

const invalidate = (...queryKey: readonly string[]): void =>
  void queryClient.invalidateQueries({ queryKey });

/** What the end of a write does to the screens: whoever wrote it, in this run or before. */
export function onEnd(item: OutboxItem, ending: Ending): void {
  const about = aboutOf(item);
  switch (ending.at) {
    case "sent":
      sent(about, ending.answer);
      break;
    case "failed":
      if (!isOutdated(item)) undo(about);
      failed(item, about, ending.refusal.detail);
      break;
    case "dropped": // What was refused has been undone already.
      if (ending.why === "cancelled" && item.state !== "failed") undo(about);
  }
}

/** A later write about the same thing says what the screen should show. */
const isOutdated = ({ id, setting }: OutboxItem): boolean =>
  setting !== undefined &&
  outboxStore.get().some((other) => other.id > id && other.setting?.name === setting.name);

function sent(about: About, answer: unknown): void {
  switch (about.kind) {
    case "post":
      return settlePost(about.post, answer as Post | undefined);
    case "repost":
      return settleRepost(about.original, about.author, answer as Post | undefined);
    case "comment": {
      const saved = answer as Comment | undefined;
      const { postId } = about.comment;
      if (saved === undefined) invalidate("comments", postId);
      else updateComments(postId, (pages) => appendComment(pages, saved));
      return;
    }
    case "relation": {
      const { handle } = about.user;
      // Undoing has no answer: it shows already, and the counts are read again.
      if (answer === null) invalidate("profile", handle);
      else if (answer !== undefined)
        queryClient.setQueryData(["profile", handle], answer as Profile);
      return settleRelation(about);
    }
    case "settings":
      if (about.from?.feedMode !== about.to.feedMode) startFeedOver();
      return;
    case "audience":
      return showToast("Audience changed");
    case "delete-comment":
      return showToast("Comment deleted");
    case "delete-post":
      queryClient.removeQueries({ queryKey: ["post", about.post.id] });
      invalidate("profile", about.post.author.handle);
      return showToast(about.post.repostOf ? "Repost removed" : "Post deleted");
    case "read":
      return invalidate("unread");
    case "reaction":
    case "feedback":
  }
}

/** @param saved undefined when another tab's answer was lost; the next reading has it. */
function settlePost(shown: Post, saved: Post | undefined): void {
  if (saved !== undefined) {
    updateListsOf(shown.author.handle, (pages) => insertOwn(pages, saved) as Pages);
    // Where the new post is not in sight, a line says that it is there.
    if (placeStore.get().path !== "/") {
      const run = (): void => navigate(postPath(saved.id));
      showToast("Posted", { action: { label: "View", run } });
    }
  }
  invalidate("profile", shown.author.handle);
}

function settleRepost(original: string, author: string, saved: Post | undefined): void {
  if (saved === undefined) return;
  queryClient.setQueryData<Pages>(
    ["posts-of", author],
    (pages) => pages && (insertOwn(pages, saved) as Pages),
  );
  showToast("Reposted to your followers", {
    action: {
      label: "Undo",
      run: () => {
        changeEverywhere(original, (item) => withReposts(item, -1));
        void removePost(saved);
      },
    },
  });
}

type RelationAbout = Extract<About, { kind: "relation" }>;

/** What else the relation changes on screen. */
function settleRelation({ relation, on }: RelationAbout): void {
  if ((relation === "block" || relation === "mute") && !on) {
    invalidate("feed");
    if (relation === "block") invalidate("posts-of");
  }
  // An empty feed starts over; one that is being read only learns that there is more.
  const empty = feedPages()?.pages.every((page) => page.items.length === 0) ?? true;
  if (relation === "follow" || relation === "friend") {
    if (empty) startFeedOver();
    else askForNews();
  }
  for (const root of ["own", "users"]) invalidate(root);
}

function undo(about: About): void {
  switch (about.kind) {
    case "reaction":
      if (about.on === "post") {
        return changeEverywhere(about.id, (item) => withReaction(item, about.from));
      }
      return updateComments(about.postId, (pages) =>
        changeComment(pages, about.id, (item) => withReaction(item, about.from)),
      );
    case "comment":
      return changeEverywhere(about.comment.postId, (post) => withComments(post, -1));
    case "repost":
      return changeEverywhere(about.original, (item) => withReposts(item, -1));
    case "audience":
      return changeEverywhere(about.id, (item) => withAudience(item, about.from));
    case "delete-post":
      return updateLists((pages) => insertByTime(pages, about.post) as Pages, ["feed", "posts-of"]);
    case "delete-comment":
      updateComments(about.comment.postId, (pages) => appendComment(pages, about.comment));
      return changeEverywhere(about.comment.postId, (post) => withComments(post, 1));
    case "relation":
      return undoRelation(about);
    case "settings":
      if (about.from !== null) setTheme(about.from.theme);
      return void queryClient.setQueryData(["settings"], about.from ?? undefined);
    case "feedback":
      return feedbackStore.set(new Map([...feedbackStore.get(), [about.post, about.from]]));
    case "post":
    case "read":
  }
}

function undoRelation({ user, relation, on }: RelationAbout): void {
  queryClient.setQueryData<Profile>(
    ["profile", user.handle],
    (profile) => profile && withRelation(profile, relation, !on),
  );
  // Counts and ties that a block ended come from the server again.
  invalidate("profile", user.handle);
  if (on && (relation === "block" || relation === "mute")) invalidate("feed");
}

const FAILED_WORDS: Partial<Record<About["kind"], readonly [string, string]>> = {
  post: ["Not posted: ", " Your draft is kept."],
  comment: ["Not sent: ", " Your text is kept."],
};

function failed(item: OutboxItem, about: About, detail: string): void {
  const [before, after] = FAILED_WORDS[about.kind] ?? ["", ""];
  const sentence = /[.!?]$/.test(detail) ? detail : `${detail}.`;
  showToast(`${before}${sentence}${after}`, { tone: "error" });
  // Words are kept for their author to decide about; anything else is as it was.
  if (about.kind !== "post" && about.kind !== "comment") void takeBack(item.id);
}
