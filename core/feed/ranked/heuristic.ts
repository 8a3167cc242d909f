import { LIMITS } from "../../limits.ts";
import type { FeedSource } from "../schemas.ts";

/** What the score of a post is made of. Names are wire format: the why-panel shows them. */
export type PartName =
  | "freshness"
  | "closeness"
  | "reactions"
  | "conversation"
  | "media"
  | "asked_for_more"
  | "asked_for_less"
  | "seen"
  | "same_author";

export interface Part {
  readonly name: PartName;
  readonly value: number;
}

/** A candidate as the scorer sees it. */
export interface Rankable {
  readonly author: string;
  readonly timeMs: number;
  readonly source: FeedSource;
  readonly reactions: number;
  readonly comments: number;
  readonly reposts: number;
  readonly media: number;
  /** What the viewer last said about the author's posts. */
  readonly feedback: "more" | "less" | null;
  readonly seen: boolean;
}

export interface Score {
  /** Sum of all parts. */
  readonly score: number;
  readonly contributions: readonly Part[];
  readonly penalties: readonly Part[];
}

/** Changes whenever a score could change; shown in every explanation. */
export const HEURISTIC = "heuristic-1";

const CLOSENESS: Record<FeedSource, number> = { friend: 1.2, followed: 0.6, own: 0.3, popular: 0 };
/** Weights of a sum that people can check; each part grows with its logarithm, so that fame does not drown friends. */
const WEIGHTS = { freshness: 3, reactions: 0.35, conversation: 0.5, media: 0.2 } as const;
const FEEDBACK = { more: 0.8, less: -1.5 } as const;
const SEEN = -2;
/** What is left of a score after each earlier post of the same author. */
const SAME_AUTHOR = 0.7;

/** A post's score by itself, whatever stands beside it: equal candidates get equal scores at one `nowMs`. */
export function scoreOf(item: Rankable, nowMs: number): Score {
  const ageMs = Math.max(0, nowMs - item.timeMs);
  const contributions = present([
    { name: "freshness", value: WEIGHTS.freshness * 2 ** (-ageMs / LIMITS.freshnessHalfLifeMs) },
    { name: "closeness", value: CLOSENESS[item.source] },
    { name: "reactions", value: WEIGHTS.reactions * Math.log1p(item.reactions) },
    {
      name: "conversation",
      value: WEIGHTS.conversation * Math.log1p(item.comments + 2 * item.reposts),
    },
    { name: "media", value: item.media > 0 ? WEIGHTS.media : 0 },
    { name: "asked_for_more", value: item.feedback === "more" ? FEEDBACK.more : 0 },
  ]);
  const penalties = present([
    { name: "asked_for_less", value: item.feedback === "less" ? FEEDBACK.less : 0 },
    { name: "seen", value: item.seen ? SEEN : 0 },
  ]);
  return { score: sum(contributions) + sum(penalties), contributions, penalties };
}

/** One place of an arranged list. */
export interface Placed {
  /** Of the items that were given. */
  readonly index: number;
  readonly score: Score;
}

/**
 * Best first, each author's further posts held back: always takes the best of what is left,
 * counting what its author has already. Equal scores keep the order given.
 */
export function arrange(items: readonly Rankable[], nowMs: number): Placed[] {
  const left = items.map((item, index) => ({ index, item, score: scoreOf(item, nowMs) }));
  const taken = new Map<string, number>();
  const arranged: Placed[] = [];
  while (left.length > 0) {
    let best = 0;
    let bestScore = -Infinity;
    for (const [place, { item, score }] of left.entries()) {
      const held = score.score + heldBack(score, taken.get(item.author) ?? 0);
      if (held > bestScore) [best, bestScore] = [place, held];
    }
    const [next] = left.splice(best, 1);
    if (next === undefined) break;
    const earlier = taken.get(next.item.author) ?? 0;
    taken.set(next.item.author, earlier + 1);
    arranged.push({ index: next.index, score: withPenalty(next.score, earlier) });
  }
  return arranged;
}

/** Never lifts a score that is below zero. */
const heldBack = ({ score }: Score, earlier: number): number =>
  earlier === 0 ? 0 : -Math.max(0, score) * (1 - SAME_AUTHOR ** earlier);

function withPenalty(score: Score, earlier: number): Score {
  const value = heldBack(score, earlier);
  if (value === 0) return score;
  const penalties = [...score.penalties, { name: "same_author", value } as const];
  return { ...score, score: score.score + value, penalties };
}

const present = (parts: readonly Part[]): readonly Part[] =>
  parts.filter(({ value }) => value !== 0);
const sum = (parts: readonly Part[]): number =>
  parts.reduce((total, { value }) => total + value, 0);
