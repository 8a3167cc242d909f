import { type Person } from "./people.ts";
import { chance, logNormal, stream, zipfRank } from "./random.ts";
import { TOPICS } from "./topics/all.ts";

export interface GraphSpec {
  readonly seed: number;
  /** Mean number of people someone follows. */
  readonly follows: number;
  /** Mean number of friends. */
  readonly friends: number;
}

/** Reader-side cap of the demo: far below the graph's own, and enough for a heavy reader. */
export const FOLLOWS_MAX = 400;
const FRIENDS_MAX = 120;
/** Share of choices made inside one's own communities. */
const HOMOPHILY = 0.75;
/** Zipf exponents of popularity inside a community and everywhere. */
const EXPONENT_INSIDE = 0.72;
const EXPONENT_OUTSIDE = 0.85;

/** Lists of everyone in two flat arrays: 100,000 people with millions of edges fit in tens of megabytes. */
export class Adjacency {
  readonly #starts: Uint32Array;
  readonly #members: Uint32Array;

  constructor(lists: readonly (readonly number[])[]) {
    this.#starts = new Uint32Array(lists.length + 1);
    lists.forEach((list, i) => (this.#starts[i + 1] = (this.#starts[i] ?? 0) + list.length));
    this.#members = new Uint32Array(this.#starts[lists.length] ?? 0);
    lists.forEach((list, i) => this.#members.set(list, this.#starts[i] ?? 0));
  }

  of(index: number): Uint32Array {
    return this.#members.subarray(this.#starts[index], this.#starts[index + 1]);
  }

  get size(): number {
    return this.#members.length;
  }

  /** Who has `index` in their list, for every index. */
  inverse(people: number): Adjacency {
    const lists: number[][] = Array.from({ length: people }, () => []);
    for (let i = 0; i < people; i++) for (const member of this.of(i)) lists[member]?.push(i);
    return new Adjacency(lists);
  }
}

export interface SocialGraph {
  readonly follows: Adjacency;
  readonly followers: Adjacency;
  /** Both directions: if b is in a's list, a is in b's. */
  readonly friends: Adjacency;
}

/** Out-degree is log-normal, popularity is Zipf, and most edges stay inside a community. */
export function makeGraph(people: readonly Person[], spec: GraphSpec): SocialGraph {
  const byFame = people.toSorted((a, b) => b.fame - a.fame);
  const everyone = byFame.map((person) => person.index);
  const communities = TOPICS.map((_, topic) =>
    byFame
      .filter((person) => person.topic === topic || person.alsoTopic === topic)
      .map((person) => person.index),
  );

  const candidate = (random: { next(): number }, person: Person): number => {
    if (!chance(random, HOMOPHILY)) {
      return everyone[zipfRank(random, everyone.length, EXPONENT_OUTSIDE)] ?? 0;
    }
    const community =
      communities[chance(random, 0.7) ? person.topic : person.alsoTopic] ?? everyone;
    return community[zipfRank(random, community.length, EXPONENT_INSIDE)] ?? 0;
  };

  const follows = new Adjacency(
    people.map((person) => {
      const random = stream(spec.seed, "follows", person.index);
      const wanted = Math.min(
        FOLLOWS_MAX,
        Math.floor((people.length - 1) / 2),
        Math.max(
          person.index < TOPICS.length ? spec.follows : 3,
          Math.round(logNormal(random, spec.follows, 0.7)),
        ),
      );
      const chosen = new Set<number>();
      for (let tries = 0; chosen.size < wanted && tries < wanted * 8; tries++) {
        const other = candidate(random, person);
        if (other !== person.index) chosen.add(other);
      }
      return [...chosen];
    }),
  );
  return {
    follows,
    followers: follows.inverse(people.length),
    friends: makeFriends(people, follows, spec),
  };
}

/** Some of the people one follows are friends; friendship is mutual whoever asked. */
function makeFriends(people: readonly Person[], follows: Adjacency, spec: GraphSpec): Adjacency {
  const lists: Set<number>[] = people.map(() => new Set());
  for (const person of people) {
    const random = stream(spec.seed, "friends", person.index);
    const followed = follows.of(person.index);
    const wanted = Math.min(followed.length, Math.round(logNormal(random, spec.friends / 2, 0.6)));
    const mine = lists[person.index] ?? new Set<number>();
    for (let i = 0; i < wanted; i++) {
      const other = followed[Math.floor(random.next() * followed.length)] ?? person.index;
      const theirs = lists[other];
      const room = mine.size < FRIENDS_MAX && (theirs?.size ?? FRIENDS_MAX) < FRIENDS_MAX;
      if (theirs === undefined || other === person.index || !room) continue;
      mine.add(other);
      theirs.add(person.index);
    }
  }
  return new Adjacency(lists.map((list) => [...list]));
}
