import { formatId, type Id, shardOf } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { ASSOC, OBJECT, REACTIONS } from "../core/tao/registry.ts";
import { type ListCursor, type Read, resultId, type Write } from "../core/tao/types.ts";
import type { UnionRequest } from "../core/tao/union.ts";
import type { Version } from "../core/tao/version.ts";
import type { Habits } from "./habits.ts";
import type { SeededRandom } from "./random.ts";

/** The ids that requests are about; the front ones are hot. Grows as posts are added. */
export interface Population {
  readonly users: readonly Id[];
  readonly posts: Id[];
}

/** Posts beyond this fall off the far end: requests stay on keys that others touch too. */
const POSTS_MAX = 40;
/** Reads in one request, unless more are wanted. */
const READS_MAX = 6;
const RECENT_MAX = 20;
/** How often everybody turns to something else. */
const NEW_THEME = 0.005;
/** How often an update names every field, as a form does that is saved as a whole. */
const WHOLE_UPDATE = 0.3;
/**
 * Lists that are only known in part: more posts than `LIMITS.listPrefix`, a millisecond apart
 * from `fromMs` on, Unix ms.
 */
export const LONG_LIST = { length: 80, fromMs: 1_000 };
const LONG_LIST_MORE = 6;
/** How often a page begins far down in a long list. */
const SCROLLED = 0.2;
const KINDS = { add: 2, update: 4, delete: 1, edge: 8, remove: 4, change: 1, batch: 2, sink: 3 };
const EDGE_TYPES = [ASSOC.follows, ASSOC.mutes, ASSOC.blocks, ASSOC.friends, ASSOC.likes] as const;
const LIST_TYPES = [
  ...EDGE_TYPES,
  ASSOC.followedBy,
  ASSOC.blockedBy,
  ASSOC.likedBy,
  ASSOC.authored,
] as const;

export const userData = (name: string): string =>
  JSON.stringify({ handle: "someone", name, bio: "", avatar: null, createdAtMs: 1 });

const postData = (author: Id, text: string, nowMs: number): string =>
  JSON.stringify({
    authorId: formatId(author),
    text,
    audience: "public",
    media: [],
    createdAtMs: nowMs,
  });

/** A post and its place on its author's list, in one batch. */
export const newPost = (author: Id, text: string, timeMs: number): readonly [Write, ...Write[]] => [
  {
    op: "objAdd",
    otype: OBJECT.post,
    shard: shardOf(author),
    data: postData(author, text, timeMs),
  },
  { op: "assocAdd", id1: author, atype: ASSOC.authored, id2: resultId(0), timeMs, data: "" },
];

/** No entry of a log has this place. */
const NEVER: Version = { epoch: 1, seq: 0 };

type EdgeAdd = Extract<Write, { op: "assocAdd" }>;
type Taste = Pick<Habits, "theme" | "edgeAgain">;

export function rememberPost(population: Population, id: Id): void {
  population.posts.unshift(id);
  population.posts.splice(POSTS_MAX);
}

/** Random requests over one population. Every value written is unique, so that a read tells who wrote it. */
export class Operations {
  readonly #random: SeededRandom;
  readonly #population: Population;
  readonly #prefix: string;
  #values = 0;
  /** Edges written last, newest first. */
  #recent: EdgeAdd[] = [];
  #deleted: Id[] = [];
  /** What everybody talks about now: one person's one list. */
  #theme: Pick<EdgeAdd, "id1" | "atype"> | null = null;
  /** What those who ask like just now. */
  taste: Taste = { theme: 0, edgeAgain: 0 };

  /** @param prefix of values: unique where several draw for one population. */
  constructor(random: SeededRandom, population: Population, prefix = "v") {
    this.#random = random;
    this.#population = population;
    this.#prefix = prefix;
  }

  /** @param seen a version that this client saw of an id, for preconditions. */
  writes(nowMs: number, seen: (id: Id) => Version | null): readonly [Write, ...Write[]] {
    const random = this.#random;
    const { users, posts } = this.#population;
    const kind = random.weighted(KINDS);
    const user = random.chance(this.taste.theme) ? this.#about().id1 : random.pickHot(users);
    switch (kind) {
      case "add":
        return newPost(user, this.#value(), nowMs);
      case "update": {
        const id = random.chance(0.5) ? user : random.pickHot([...posts, ...this.#deleted, user]);
        const patch = this.#patch(id, user, nowMs);
        const version = random.chance(0.3) ? seen(id) : null;
        return [
          { op: "objUpdate", id, patch, ...(version === null ? {} : { ifVersion: version }) },
        ];
      }
      case "delete": {
        const id = random.pick([...posts, user].slice(-20));
        this.#deleted = [id, ...this.#deleted].slice(0, RECENT_MAX);
        return [{ op: "objDelete", id }];
      }
      case "edge": {
        const edge = this.#edge(nowMs);
        this.#recent = [edge, ...this.#recent].slice(0, RECENT_MAX);
        return [edge];
      }
      case "remove": {
        const { id1, atype, id2 } = this.#edge(nowMs);
        return [{ op: "assocDelete", id1, atype, id2 }];
      }
      case "change": {
        const { id1, id2 } = this.#edge(nowMs);
        const [atype, newType] = random.chance(0.5)
          ? [ASSOC.mutes, ASSOC.follows]
          : [ASSOC.follows, ASSOC.blocks];
        return [{ op: "assocChangeType", id1, atype, id2, newType }];
      }
      case "sink": {
        // Down to where what a cache knows of a long list ends; a list's posts are on its shard.
        const near = posts.filter((post) => shardOf(post) === shardOf(user));
        if (near.length === 0) return newPost(user, this.#value(), this.#longAgo());
        const edge = { id1: user, atype: ASSOC.authored, id2: random.pick(near) };
        return [{ op: "assocAdd", ...edge, timeMs: this.#longAgo(), data: "" }];
      }
      case "batch":
        return this.#batch(nowMs, seen);
    }
  }

  /** Writes one edge twice, and one object; mostly what the last of them expects makes it void. */
  #batch(nowMs: number, seen: (id: Id) => Version | null): readonly [Write, ...Write[]] {
    const random = this.#random;
    const edge = this.#edge(nowMs);
    const { id1, atype, id2 } = edge;
    const second: Write = random.chance(0.5)
      ? { op: "assocDelete", id1, atype, id2 }
      : { ...edge, timeMs: nowMs - random.int(0, 30_000) };
    const ifVersion = random.chance(0.3) ? seen(id1) : NEVER;
    const patch = this.#patch(id1, id1, nowMs);
    return [edge, second, { op: "objUpdate", id: id1, patch, ...(ifVersion && { ifVersion }) }];
  }

  reads(nowMs: number, max = READS_MAX): readonly Read[] {
    if (this.#random.chance(this.taste.theme)) return [this.#readOfTheme()];
    const count = this.#random.logInt(1, max);
    return Array.from({ length: count }, () => this.#read(nowMs));
  }

  union(): Omit<UnionRequest, "atLeast"> {
    const random = this.#random;
    const id1s = Array.from({ length: random.int(1, 5) }, () =>
      random.pickHot(this.#population.users),
    );
    return {
      id1s: [...new Set(id1s)],
      atype: ASSOC.authored,
      after: random.chance(SCROLLED) ? this.#scrolled() : null,
      limit: random.logInt(1, 90),
      counts: [ASSOC.likedBy],
    };
  }

  #read(nowMs: number): Read {
    const random = this.#random;
    const { users, posts } = this.#population;
    const id = random.pickHot(random.chance(0.5) ? users : posts);
    const list = { id1: id, atype: random.pick(LIST_TYPES) };
    switch (random.weighted({ object: 4, edge: 3, count: 2, range: 4, time: 1 })) {
      case "object":
        return { op: "objGet", id };
      case "edge": {
        const edge = random.chance(0.3) ? this.#recently(nowMs) : this.#edge(nowMs);
        const { id1, atype, id2 } = edge;
        const id2s = [...new Set([id2, random.pickHot(users)])];
        const bounds = random.chance(0.3) ? this.#bounds(nowMs, edge) : {};
        return { op: "assocGet", id1, atype, id2s, ...bounds };
      }
      case "count":
        return { op: "assocCount", ...list };
      case "range": {
        if (random.chance(SCROLLED)) return this.#readFarDown();
        const after = random.chance(0.2)
          ? { timeMs: nowMs - random.logInt(1, 60_000), id2: id }
          : null;
        return { op: "assocRange", ...list, after, limit: random.logInt(1, 100) };
      }
      case "time": {
        const edge = this.#recently(nowMs);
        const { id1, atype } = random.chance(0.5) ? edge : list;
        const limit = random.logInt(1, 100);
        return { op: "assocTimeRange", id1, atype, ...this.#bounds(nowMs, edge), limit };
      }
    }
  }

  #readFarDown(): Read {
    const random = this.#random;
    const list = { id1: random.pickHot(this.#population.users), atype: ASSOC.authored };
    if (random.chance(0.5)) {
      const limit = random.logInt(1, 30);
      return { op: "assocRange", ...list, after: this.#scrolled(), limit };
    }
    const lowMs = this.#longAgo();
    const highMs = lowMs + random.int(0, LONG_LIST.length);
    return { op: "assocTimeRange", ...list, highMs, lowMs, limit: LONG_LIST.length };
  }

  /** Of the same few keys each time: what a caller may keep in memory. */
  #readOfTheme(): Read {
    const { id1, atype } = this.#about();
    switch (this.#random.weighted({ object: 1, count: 1, range: 1 })) {
      case "object":
        return { op: "objGet", id: id1 };
      case "count":
        return { op: "assocCount", id1, atype };
      case "range":
        return { op: "assocRange", id1, atype, after: null, limit: 10 };
    }
  }

  #about(): Pick<EdgeAdd, "id1" | "atype"> {
    const random = this.#random;
    const isOver = this.#theme === null || random.chance(NEW_THEME);
    if (isOver || this.#theme === null)
      this.#theme = { id1: random.pick(this.#population.users), atype: random.pick(EDGE_TYPES) };
    return this.#theme;
  }

  #patch(id: Id, author: Id, nowMs: number): string {
    const isUser = this.#population.users.includes(id);
    const value = this.#value();
    if (this.#random.chance(WHOLE_UPDATE))
      return isUser ? userData(value) : postData(author, value, nowMs);
    return JSON.stringify(isUser ? { bio: value } : { text: value });
  }

  #recently = (nowMs: number): EdgeAdd =>
    this.#recent.length > 0 ? this.#random.pickHot(this.#recent) : this.#edge(nowMs);

  /** Often exactly the time of the edge: bounds are inclusive. */
  #bounds(
    nowMs: number,
    { timeMs }: Pick<EdgeAdd, "timeMs">,
  ): { readonly highMs: number; readonly lowMs: number } {
    const random = this.#random;
    const highMs = random.chance(0.5) ? timeMs : nowMs;
    const lowMs = random.chance(0.5) ? timeMs : nowMs - random.logInt(1, 100_000);
    return { highMs: Math.max(highMs, lowMs), lowMs: Math.min(highMs, lowMs) };
  }

  #edge(nowMs: number): EdgeAdd {
    const random = this.#random;
    const { users, posts } = this.#population;
    const again = random.chance(this.taste.edgeAgain) ? this.#recent : [];
    if (again.length > 0) return { ...random.pickHot(again), timeMs: nowMs };
    const about = random.chance(this.taste.theme) ? this.#about() : null;
    const atype = about?.atype ?? random.pick(EDGE_TYPES);
    const isLike = atype === ASSOC.likes;
    const user = about?.id1 ?? random.pickHot(users);
    const [a, b] = [user, random.pickHot(isLike ? posts : users)];
    // Half of a pair of friends is written at the smaller id only.
    const [id1, id2] = atype === ASSOC.friends && a > b ? [b, a] : [a, b];
    const data = isLike ? JSON.stringify({ kind: random.pick(REACTIONS) }) : "";
    const timeMs = nowMs - (random.chance(0.3) ? random.int(0, 30_000) : 0);
    return { op: "assocAdd", id1, atype, id2, timeMs, data };
  }

  #scrolled = (): ListCursor => ({
    timeMs: this.#longAgo(),
    id2: this.#random.pick(this.#population.posts),
  });

  /** In a long list about where what a cache knows of it ends. */
  #longAgo = (): number =>
    LONG_LIST.fromMs + this.#random.int(0, LONG_LIST.length - LIMITS.listPrefix + LONG_LIST_MORE);

  #value = (): string => `${this.#prefix}${++this.#values}`;
}
