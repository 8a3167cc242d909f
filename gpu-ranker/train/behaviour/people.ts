import type { Random } from "../../../core/clock.ts";
import { below, isChosen, normal, seeded } from "../random.ts";

/** What posts are about, and how fast it grows stale, in hours: news within an evening, a recipe never quite. */
export const TOPICS = [
  { name: "football", staleHours: 4 },
  { name: "trains", staleHours: 8 },
  { name: "theatre", staleHours: 12 },
  { name: "running", staleHours: 12 },
  { name: "cycling", staleHours: 18 },
  { name: "birds", staleHours: 18 },
  { name: "film", staleHours: 24 },
  { name: "coffee", staleHours: 36 },
  { name: "baking", staleHours: 48 },
  { name: "gardening", staleHours: 48 },
  { name: "books", staleHours: 72 },
  { name: "woodwork", staleHours: 72 },
] as const;

/** People of one community like alike things; most ties stay inside. */
const COMMUNITIES = 8;
const FRIENDS_MEAN = 9;
const FOLLOWED_MEAN = 14;

/** A person as chance made them. Deviations are in units of log-odds. */
export interface Person {
  readonly id: string;
  readonly community: number;
  /** Liking of each topic. */
  readonly taste: readonly number[];
  /** What they write about. */
  readonly topics: readonly number[];
  readonly skill: number;
  readonly visitsPerDay: number;
  readonly postsPerDay: number;
  /** Hour of the day around which they come, 0 to 24. */
  readonly hour: number;
  readonly likesPictures: number;
  readonly talks: number;
  readonly gives: number;
  /** How fast interest falls from place to place. */
  readonly haste: number;
  /** Friends and followed people, with how close they are. */
  readonly ties: ReadonlyMap<number, Tie>;
}

export interface Tie {
  readonly kind: "friend" | "followed";
  readonly closeness: number;
}

/** The same seed and count give the same people. */
export function drawPeople(seed: number, count: number): Person[] {
  const random = seeded(seed, "people");
  const leanings = Array.from({ length: COMMUNITIES }, () => TOPICS.map(() => normal(random)));
  const loners = Array.from({ length: count }, (_, at) => loner(random, at, leanings));
  const ties = drawTies(random, loners);
  return loners.map((person, at) => ({ ...person, ties: ties[at] ?? new Map() }));
}

function loner(
  random: Random,
  at: number,
  leanings: readonly (readonly number[])[],
): Omit<Person, "ties"> {
  const community = below(random, COMMUNITIES);
  const taste = TOPICS.map((_, topic) => {
    return 0.7 * (leanings[community]?.[topic] ?? 0) + 0.7 * normal(random);
  });
  const favourites = taste
    .map((_, topic) => topic)
    .toSorted((a, b) => (taste[b] ?? 0) - (taste[a] ?? 0));
  return {
    id: String(at + 1),
    community,
    taste,
    topics: favourites.slice(0, 2 + below(random, 2)),
    skill: 0.5 * normal(random),
    visitsPerDay: 2.5 * Math.exp(0.5 * normal(random)),
    postsPerDay: 0.8 * Math.exp(0.7 * normal(random)),
    hour: (19 + 3.5 * normal(random) + 24) % 24,
    likesPictures: 0.6 * normal(random),
    talks: 0.6 * normal(random),
    gives: 0.6 * normal(random),
    haste: 0.3 * Math.exp(0.3 * normal(random)),
  };
}

function drawTies(random: Random, people: readonly Omit<Person, "ties">[]): Map<number, Tie>[] {
  const ties = people.map(() => new Map<number, Tie>());
  const near = people.map(({ community }) =>
    people.flatMap((other, at) => (other.community === community ? [at] : [])),
  );
  const meet = (at: number): number => {
    const circle = near[at] ?? [];
    const known = isChosen(random, 0.75) ? circle[below(random, circle.length)] : undefined;
    return known ?? below(random, people.length);
  };
  for (const at of people.keys()) {
    for (let n = below(random, FRIENDS_MEAN); n > 0; n--) {
      const other = meet(at);
      if (other === at) continue;
      const closeness = 0.8 + 0.7 * normal(random);
      // Friendship is mutual, its warmth not quite.
      ties[at]?.set(other, { kind: "friend", closeness });
      ties[other]?.set(at, { kind: "friend", closeness: closeness + 0.3 * normal(random) });
    }
    for (let n = below(random, 2 * FOLLOWED_MEAN); n > 0; n--) {
      // The fame of the first few follows a power law: low numbers are followed by many.
      const famous = Math.floor(people.length * random.next() ** 3);
      const other = isChosen(random, 0.4) ? famous : meet(at);
      if (other === at || ties[at]?.has(other) === true) continue;
      ties[at]?.set(other, { kind: "followed", closeness: 0.1 + 0.6 * normal(random) });
    }
  }
  return ties;
}
