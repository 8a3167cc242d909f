import type { Random } from "../../../core/clock.ts";
import { below, isChosen, normal } from "../random.ts";
import type { Person } from "./people.ts";

/** A post as chance made it; its counts grow as people react. */
export interface Post {
  readonly id: string;
  /** Index of the author. */
  readonly author: number;
  /** Index of the topic. */
  readonly topic: number;
  readonly createdAtMs: number;
  readonly quality: number;
  /** Asks something, so people answer. */
  readonly asks: boolean;
  readonly textChars: number;
  readonly media: number;
  readonly isRepost: boolean;
  readonly isQuote: boolean;
  reactions: number;
  comments: number;
  reposts: number;
}

export function drawPost(
  random: Random,
  id: number,
  author: number,
  person: Person,
  createdAtMs: number,
): Post {
  const favourite = person.topics[below(random, person.topics.length)] ?? 0;
  const isRepost = isChosen(random, 0.08);
  return {
    id: String(id),
    author,
    topic: isChosen(random, 0.85) ? favourite : below(random, person.taste.length),
    createdAtMs,
    quality: person.skill + 0.8 * normal(random),
    asks: isChosen(random, 0.2),
    textChars: Math.min(5_000, Math.round(120 * Math.exp(0.9 * normal(random)))),
    media: isChosen(random, 0.45) ? 1 + below(random, 4) : 0,
    isRepost,
    isQuote: !isRepost && isChosen(random, 0.05),
    reactions: 0,
    comments: 0,
    reposts: 0,
  };
}
