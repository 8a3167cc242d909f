import type { Head } from "../../ranking/heads.ts";
import { valueOf, type Weights } from "../../ranking/weights.ts";

/** What the score of a post is made of. Names are wire format: the why-panel shows them. */
export type PartName = Head | "asked_for_more" | "asked_for_less" | "seen" | "same_author";

export interface Part {
  readonly name: PartName;
  readonly value: number;
}

/** A candidate as the scorer sees it. */
export interface Rankable {
  readonly author: string;
  /** Of each head; null: nothing is known, and neither is what it should be compared by. */
  readonly probabilities: readonly number[] | null;
  /** What the viewer last said about the author's posts. */
  readonly feedback: "more" | "less" | null;
  readonly seen: boolean;
}

export interface Score {
  /** Sum of all parts. */
  readonly score: number;
  /** Weight times probability of each head, and what the viewer asked for. */
  readonly contributions: readonly Part[];
  readonly penalties: readonly Part[];
}

/** Rules of the viewer's, as parts of a post's value: they can be applied at any time, without asking the model. */
const FEEDBACK = { more: 0.5, less: -0.75 } as const;
const SEEN = -0.75;
/** What is left of a score after each earlier post of the same author. */
const SAME_AUTHOR = 0.7;

/** A post's score by itself, whatever stands beside it. */
export function scoreOf(
  { probabilities, feedback, seen }: Rankable,
  weights: Weights,
): Score | null {
  if (probabilities === null) return null;
  const { value, parts } = valueOf(probabilities, weights);
  const size = Math.abs(value);
  const contributions = present([
    ...parts.map((part) => ({ name: part.head, value: part.value })),
    { name: "asked_for_more", value: feedback === "more" ? size * FEEDBACK.more : 0 },
  ]);
  const penalties = present([
    { name: "asked_for_less", value: feedback === "less" ? size * FEEDBACK.less : 0 },
    { name: "seen", value: seen ? size * SEEN : 0 },
  ]);
  return { score: sum(contributions) + sum(penalties), contributions, penalties };
}

/** One place of an arranged list. */
export interface Placed {
  /** Of the items that were given. */
  readonly index: number;
  /** null in the order of time. */
  readonly score: Score | null;
}

/**
 * Best first, each author's further posts held back: always takes the best of what is left,
 * counting what its author has already. Equal scores keep the order given; so does everything where
 * one has no score, since nothing says where it belongs.
 */
export function arrange(items: readonly Rankable[], weights: Weights): Placed[] {
  const scored = items.map((item, index) => ({ index, item, score: scoreOf(item, weights) }));
  const left = scored.flatMap(({ score, ...rest }) => (score === null ? [] : [{ ...rest, score }]));
  if (left.length < items.length) return items.map((_, index) => ({ index, score: null }));
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
