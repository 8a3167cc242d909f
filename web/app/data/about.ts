import type { OutboxItem } from "../../../client/outbox/items.ts";
import type {
  Audience,
  Comment,
  Post,
  ReactionKind,
  Settings,
} from "../../../core/feed/schemas.ts";
import type { Reactable, Relation } from "../../../core/feed/service.ts";

export type FeedbackKind = "more" | "less" | null;

/** What a write is about: enough to show it, and to take it back, also after a reload. */
export type About =
  /** `post` as it looks until the server's own arrives. */
  | { readonly kind: "post"; readonly post: Post }
  | { readonly kind: "repost"; readonly original: string; readonly author: string }
  | { readonly kind: "comment"; readonly comment: Comment }
  | {
      readonly kind: "reaction";
      readonly on: Reactable;
      readonly id: string;
      /** Of a comment: the post it is under. */
      readonly postId: string;
      readonly from: ReactionKind | null;
      readonly to: ReactionKind | null;
    }
  | {
      readonly kind: "relation";
      readonly user: { readonly id: string; readonly handle: string };
      readonly relation: Relation;
      readonly on: boolean;
    }
  | { readonly kind: "audience"; readonly id: string; readonly from: Audience }
  | { readonly kind: "delete-post"; readonly post: Post }
  | { readonly kind: "delete-comment"; readonly comment: Comment }
  | { readonly kind: "settings"; readonly from: Settings | null; readonly to: Settings }
  | {
      readonly kind: "feedback";
      readonly post: string;
      readonly from: FeedbackKind;
      readonly to: FeedbackKind;
    }
  | { readonly kind: "read"; readonly upToMs: number };

export const aboutOf = (item: OutboxItem): About => item.about as About;

const cut = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 59)}…`);

/** A waiting write in a line, for the list of what waits. */
export function inWords(about: About): string {
  switch (about.kind) {
    case "post":
      return about.post.text === "" ? "A post" : `Post: ${cut(about.post.text)}`;
    case "repost":
      return "A repost";
    case "comment":
      return `Comment: ${cut(about.comment.text)}`;
    case "reaction":
      return about.to === null ? "A reaction taken back" : `A reaction to a ${about.on}`;
    case "relation":
      return `${RELATION_WORDS[about.relation][about.on ? 1 : 0]} @${about.user.handle}`;
    case "audience":
      return "Who can see a post";
    case "delete-post":
      return "A post to delete";
    case "delete-comment":
      return "A comment to delete";
    case "settings":
      return "Your settings";
    case "feedback":
      return "What you want more or less of";
    case "read":
      return "Notifications read";
  }
}

/** Off, on. */
const RELATION_WORDS: Record<Relation, readonly [string, string]> = {
  follow: ["Unfollow", "Follow"],
  friend: ["End the friendship with", "Ask to be friends with"],
  block: ["Unblock", "Block"],
  mute: ["Unmute", "Mute"],
};
