import type { Random } from "../../../core/clock.ts";
import { type Head, HEADS } from "../../../core/ranking/heads.ts";
import { isChosen } from "../random.ts";
import { type Person, type Tie, TOPICS } from "./people.ts";
import type { Post } from "./posts.ts";

const HOUR_MS = 3_600_000;

/** One post before one person, at one moment. */
export interface Encounter {
  readonly viewer: Person;
  /** Null for a stranger's post. */
  readonly tie: Tie | null;
  readonly post: Post;
  readonly nowMs: number;
  /** From 0. */
  readonly place: number;
  /** Of the same author, shown to the viewer within the last day. */
  readonly shownLately: number;
}

/** How likely each action is, and how likely once the post is open. */
export interface Chances {
  readonly open: number;
  readonly hide: number;
  /** Given that it is open. */
  readonly opened: Readonly<Record<Exclude<Head, "open" | "hide">, number>>;
}

const odds = (logit: number): number => 1 / (1 + Math.exp(-logit));

/**
 * What this person does, as probabilities: the truth that models are measured against. Taste, closeness,
 * freshness, quality and place act together, not only in sum: news spoils fast, but a close friend's
 * does not; pictures count in the evening and for those who like them; praise by others convinces
 * only who likes the topic; the second post of one author in a day tires, unless they are close.
 */
export function chancesOf({ viewer, tie, post, nowMs, place, shownLately }: Encounter): Chances {
  const topic = TOPICS[post.topic];
  const taste = viewer.taste[post.topic] ?? 0;
  const close = tie?.closeness ?? -0.6;
  const warmth = odds(2 * close - 1);
  const ageHours = Math.max(0, nowMs - post.createdAtMs) / HOUR_MS;
  const fresh = Math.exp(-ageHours / (topic?.staleHours ?? 24));
  const hour = (nowMs / HOUR_MS) % 24;
  const evening = hour >= 18 || hour < 1 ? 1 : 0;
  const morning = hour >= 6 && hour < 10 ? 1 : 0;
  const long = Math.log(Math.max(20, post.textChars) / 120);
  const pictures = post.media > 0 ? 1 : 0;
  const praise = Math.log1p(post.reactions + 2 * post.reposts);
  const tired = shownLately * (1.1 - warmth);

  const appeal =
    0.9 * close +
    0.8 * taste +
    0.6 * post.quality +
    1.6 * fresh * (1 - 0.7 * warmth) +
    0.5 * Math.max(0, taste) * post.quality +
    pictures * (0.2 + viewer.likesPictures) * (0.5 + 0.8 * evening) +
    0.3 * praise * (taste > 0 ? 1 : 0.1) -
    0.6 * morning * Math.max(0, long) -
    0.45 * tired;
  const eye = -viewer.haste * Math.log1p(place) * (1.4 - 0.9 * warmth);

  return {
    open: odds(-1.7 + appeal + eye),
    hide: odds(-5 - 0.9 * taste - 0.6 * post.quality - 0.8 * close + 0.5 * tired + 0.5 * eye),
    opened: {
      like: odds(-1.9 + 0.7 * post.quality + 0.5 * taste + 0.8 * warmth + viewer.gives),
      comment: odds(
        -3.6 + 1.6 * warmth + viewer.talks + (post.asks ? 1.1 * (0.4 + warmth) : 0) + 0.3 * taste,
      ),
      share: odds(-4.8 + 0.9 * post.quality + 0.6 * taste + 1.2 * fresh),
      follow: tie === null ? odds(-4.2 + 0.8 * taste + 0.8 * post.quality) : 0,
      dwell: odds(
        -0.5 + 0.8 * taste + 0.5 * post.quality + 0.6 * long * (1 - morning) + 0.3 * pictures,
      ),
    },
  };
}

/** Probability of each head, in the order of `HEADS`: what a perfect model would say. */
export const truthOf = ({ open, hide, opened }: Chances): number[] =>
  HEADS.map((head) => (head === "open" ? open : head === "hide" ? hide : open * opened[head]));

/** What happens, by chance. */
export function act({ open, hide, opened }: Chances, random: Random): Head[] {
  const isOpen = isChosen(random, open);
  return HEADS.filter((head) => {
    if (head === "open") return isOpen;
    if (head === "hide") return isChosen(random, hide);
    return isOpen && isChosen(random, opened[head]);
  });
}
