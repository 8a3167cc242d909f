import { makeGraph, type SocialGraph } from "./graph.ts";
import { makePeople, type Person } from "./people.ts";
import { planPost, type PlannedPost, type PostContext, type PostSlot, postSlots } from "./posts.ts";
import { between, stream } from "./random.ts";
import { commentsOn, type PlannedComment, type PlannedReaction, reactionsTo } from "./talk.ts";

export interface WorldSpec {
  /** The same seed, sizes and time give the same world, word for word. */
  readonly seed: number;
  readonly users: number;
  /** End of the world's history, Unix milliseconds. */
  readonly nowMs: number;
  readonly postsPerUser: number;
  readonly followsPerUser: number;
  readonly friendsPerUser: number;
  readonly commentsPerPost: number;
  readonly reactionsPerPost: number;
}

/** Densities that make a small world lively and a large one loadable in minutes. */
export function defaultSpec(seed: number, users: number, nowMs: number): WorldSpec {
  const large = users > 20_000;
  return {
    seed,
    users,
    nowMs,
    postsPerUser: large ? 3 : 12,
    followsPerUser: large ? 20 : 36,
    friendsPerUser: large ? 5 : 8,
    commentsPerPost: large ? 0.4 : 1.3,
    reactionsPerPost: large ? 2 : 7,
  };
}

/**
 * The world as functions of a few flat arrays: people and edges are held, posts with
 * their words, pictures, comments and reactions are made when asked for.
 */
export interface World {
  readonly spec: WorldSpec;
  readonly people: readonly Person[];
  readonly graph: SocialGraph;
  slotsOf(author: number): readonly PostSlot[];
  /** Posts of one person, oldest first. */
  postsOf(author: number): readonly PlannedPost[];
  reactionsTo(post: PlannedPost): readonly PlannedReaction[];
  commentsOn(post: PlannedPost): readonly PlannedComment[];
  /** When an edge between two people was made; the same whoever asks. */
  metAtMs(a: number, b: number): number;
}

/** Slots are asked for again and again by those who share posts; a few thousand authors stay at hand. */
const SLOTS_KEPT = 4_096;

export function generateWorld(spec: WorldSpec): World {
  const people = makePeople(spec.seed, spec.users, spec.nowMs);
  const graph = makeGraph(people, {
    seed: spec.seed,
    follows: spec.followsPerUser,
    friends: spec.friendsPerUser,
  });
  const kept = new Map<number, readonly PostSlot[]>();
  const personAt = (index: number): Person => {
    const person = people[index];
    if (person === undefined) throw new RangeError(`no person ${index}`);
    return person;
  };
  const slotsOf = (author: number): readonly PostSlot[] => {
    const known = kept.get(author);
    if (known !== undefined) return known;
    if (kept.size >= SLOTS_KEPT) kept.clear();
    const slots = postSlots(personAt(author), spec);
    kept.set(author, slots);
    return slots;
  };
  const context: PostContext = { spec, people, graph, slotsOf };
  return {
    spec,
    people,
    graph,
    slotsOf,
    postsOf: (author) => {
      const shared = new Set<string>();
      return slotsOf(author).map((_, place) => planPost(personAt(author), place, context, shared));
    },
    reactionsTo: (post) => reactionsTo(post, context, spec.reactionsPerPost),
    commentsOn: (post) => commentsOn(post, context, spec.commentsPerPost),
    metAtMs: (a, b) => {
      const from = Math.max(personAt(a).createdAtMs, personAt(b).createdAtMs);
      const random = stream(spec.seed, "met", Math.min(a, b), Math.max(a, b));
      return between(random, from, spec.nowMs - 1);
    },
  };
}
