import type { FeedItem, Post as Shown } from "../../core/feed/schemas.ts";
import { type Head, HEADS } from "../../core/ranking/heads.ts";
import {
  act,
  chancesOf,
  type Encounter,
  truthOf,
} from "../../gpu-ranker/train/behaviour/choices.ts";
import type { Post } from "../../gpu-ranker/train/behaviour/posts.ts";
import type { Random } from "../../core/clock.ts";
import type { BehavingWorld } from "./world.ts";

type Content = Pick<Shown, "id" | "counts" | "viewer">;
/** What of a page its reader chooses by. */
export interface SeenPage {
  readonly items: readonly (Content &
    Pick<FeedItem, "source"> & { readonly repostOf?: Content | null | undefined })[];
}

/** One post of a page before its reader. */
export interface Met {
  readonly item: string;
  /** Whom a reaction goes to: the original of a repost. */
  readonly content: string;
  readonly author: number;
  readonly truth: Post;
  readonly encounter: Encounter;
  readonly actions: readonly Head[];
  /** What can be done with it at all. */
  readonly possible: readonly Head[];
}

/** What nobody but the maker of these people knows of a post that was shown: true probabilities of each head. */
export interface TruthLine {
  readonly slate: string;
  readonly post: string;
  /** Where it was shown. */
  readonly placed: readonly number[];
  /** Had it been at the top. */
  readonly top: readonly number[];
}

/**
 * @param shown how many posts of each author the reader was shown before: the second one tires.
 *
 * A reader looks at a page and chooses, by what the page shows of each post. Posts that nobody
 * drew (there are none but those of these people) are passed over.
 */
export function readPage(
  world: BehavingWorld,
  reader: number,
  page: SeenPage,
  shown: ReadonlyMap<number, number>,
  nowMs: number,
  random: Random,
): readonly Met[] {
  const viewer = world.people[reader];
  if (viewer === undefined) return [];
  return page.items.flatMap((item, place): Met[] => {
    const content = item.repostOf ?? item;
    const drawn = world.posts.get(item.id);
    if (drawn === undefined) return [];
    const truth = asShown(drawn, content);
    const tie = viewer.ties.get(drawn.author) ?? null;
    const encounter = {
      viewer,
      tie,
      post: truth,
      nowMs,
      place,
      shownLately: shown.get(drawn.author) ?? 0,
    };
    const possible = HEADS.filter((head) => isPossible(head, item));
    const actions = act(chancesOf(encounter), random).filter((head) => possible.includes(head));
    const of = { item: item.id, content: content.id, author: drawn.author };
    return [{ ...of, truth, encounter, actions, possible }];
  });
}

/** Praise is what the page says, not what the maker counted. */
const asShown = (post: Post, { counts }: Content): Post => ({
  ...post,
  reactions: counts.reactions,
  comments: counts.comments,
  reposts: counts.reposts,
});

/** Own posts and those that one has reacted to are read, no more. */
function isPossible(head: Head, item: SeenPage["items"][number]): boolean {
  if (item.source === "own") return head === "open" || head === "dwell";
  return head !== "like" || (item.repostOf ?? item).viewer.reaction === null;
}

export function truthLine(slate: string, { item, encounter, possible }: Met): TruthLine {
  const truthAt = (place: number) =>
    truthOf(chancesOf({ ...encounter, place })).map((chance, at) =>
      HEADS[at] !== undefined && possible.includes(HEADS[at]) ? chance : 0,
    );
  return { slate, post: item, placed: truthAt(encounter.place), top: truthAt(0) };
}
