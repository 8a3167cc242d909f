import type { Random } from "../../../core/clock.ts";
import {
  type CandidateFacts,
  DENSE_COUNT,
  ID_COUNT,
  rowsOf,
  SCHEMA,
} from "../../../core/ranking/features.ts";
import type { Head } from "../../../core/ranking/heads.ts";
import { actionBits, type LogRecord } from "../../../core/ranking/log-record.ts";
import { isChosen, normal, seeded } from "../random.ts";
import { MemoryTallies } from "../memory-tallies.ts";
import { act, chancesOf, type Encounter, truthOf } from "./choices.ts";
import { drawPeople, type Person, TOPICS } from "./people.ts";
import { drawPost, type Post } from "./posts.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Midnight, UTC, of an ordinary Monday. */
export const START_MS = Date.UTC(2026, 0, 5);
const TICK_MS = 10 * 60_000;

export interface BehaviourOptions {
  readonly seed: number;
  readonly people: number;
  readonly days: number;
  /** Days at the start that only fill counters: they are not logged. None by default: a product begins cold, too. */
  readonly warmDays: number;
  /** Posts of one page. */
  readonly slate: number;
  /** Candidates of one request. */
  readonly pool: number;
  /** Posts older than this are no candidates. */
  readonly windowHours: number;
}

export const DEFAULT_BEHAVIOUR: Omit<BehaviourOptions, "seed"> = {
  people: 300,
  days: 14,
  warmDays: 0,
  slate: 12,
  pool: 60,
  windowHours: 48,
};

/** One request: what was shown and done, and what nobody but the simulator knows. */
export interface Slate {
  readonly records: readonly LogRecord[];
  /** rows x `HEAD_COUNT`: true probabilities of `records`, where each was shown. */
  readonly truth: readonly (readonly number[])[];
  /** The same, had each been shown at the top. */
  readonly truthAtTop: readonly (readonly number[])[];
  /** All candidates, as they were served. */
  readonly pool: () => Pool;
}

export interface Pool {
  readonly dense: Float32Array;
  readonly ids: Int32Array;
  /** True probabilities at the top place. */
  readonly truth: readonly (readonly number[])[];
}

/** People write, visit, see what an undecided ranker shows them, and act. The same options give the same log. */
export function* simulate(options: BehaviourOptions): Generator<Slate> {
  const world = new World(options);
  const ticks = (options.days * DAY_MS) / TICK_MS;
  for (let tick = 0; tick < ticks; tick++) {
    const nowMs = START_MS + tick * TICK_MS;
    for (const slate of world.tick(nowMs))
      if (nowMs >= START_MS + options.warmDays * DAY_MS) yield slate;
  }
}

class World {
  readonly #options: BehaviourOptions;
  readonly #people: readonly Person[];
  readonly #random: Random;
  readonly #tallies = new MemoryTallies();
  #posts: Post[] = [];
  #postCount = 0;
  #visitCount = 0;
  /** What each person has been shown, and when, by post. */
  readonly #seen: Map<Post, number>[];

  constructor(options: BehaviourOptions) {
    this.#options = options;
    this.#people = drawPeople(options.seed, options.people);
    this.#random = seeded(options.seed, "visits");
    this.#seen = this.#people.map(() => new Map());
  }

  *tick(nowMs: number): Generator<Slate> {
    const oldestMs = nowMs - this.#options.windowHours * HOUR_MS;
    this.#posts = this.#posts.filter(({ createdAtMs }) => createdAtMs >= oldestMs);
    for (const [at, person] of this.#people.entries()) {
      const share = (awake(person, nowMs) * TICK_MS) / DAY_MS;
      if (isChosen(this.#random, person.postsPerDay * share)) {
        this.#posts.push(drawPost(this.#random, ++this.#postCount, at, person, nowMs));
      }
      if (isChosen(this.#random, person.visitsPerDay * share)) {
        const slate = this.#visit(at, person, nowMs + Math.floor(this.#random.next() * TICK_MS));
        if (slate !== null) yield slate;
      }
    }
  }

  #visit(at: number, viewer: Person, nowMs: number): Slate | null {
    const seen = this.#seen[at] ?? new Map<Post, number>();
    for (const [post, sinceMs] of seen) if (nowMs - sinceMs > 3 * DAY_MS) seen.delete(post);
    const pool = this.#candidates(at, viewer, seen, nowMs);
    if (pool.length < 3) return null;
    const encounters = pool.map((post) => this.#encounter(viewer, post, seen, nowMs));
    const facts = encounters.map((encounter) => this.#facts(encounter));
    const shown = this.#order(encounters).slice(0, this.#options.slate);

    const rows = rowsOf(
      shown.map((index) => must(facts[index])),
      nowMs,
    );
    const slate = `${viewer.id}-${++this.#visitCount}`;
    const records: LogRecord[] = [];
    const truth: number[][] = [];
    const done: { readonly post: Post; readonly actions: Head[] }[] = [];
    for (const [place, index] of shown.entries()) {
      const encounter = { ...must(encounters[index]), place };
      const chances = chancesOf(encounter);
      const actions = act(chances, this.#random);
      truth.push(truthOf(chances));
      done.push({ post: encounter.post, actions });
      records.push({
        schema: SCHEMA,
        slate,
        timeMs: nowMs,
        viewer: viewer.id,
        post: encounter.post.id,
        place,
        actions: actionBits(actions),
        dense: rows.dense.slice(place * DENSE_COUNT, (place + 1) * DENSE_COUNT),
        ids: rows.ids.slice(place * ID_COUNT, (place + 1) * ID_COUNT),
      });
    }
    // Computed now: what happens next changes the counts that choices depend on.
    const poolTruth = encounters.map((encounter) => truthOf(chancesOf(encounter)));
    for (const { post, actions } of done) this.#happen(viewer, post, actions, seen, nowMs);
    const truthAtTop = shown.map((index) => must(poolTruth[index]));
    return {
      records,
      truth,
      truthAtTop,
      pool: () => ({ ...rowsOf(facts, nowMs), truth: poolTruth }),
    };
  }

  /** Newest first: those of friends, of followed people, and some that many like. */
  #candidates(at: number, viewer: Person, seen: ReadonlyMap<Post, number>, nowMs: number): Post[] {
    const fresh = this.#posts.filter(
      (post) => post.author !== at && post.createdAtMs <= nowMs && !seen.has(post),
    );
    const near = fresh.filter(({ author }) => viewer.ties.has(author)).toReversed();
    const popular = fresh
      .filter(({ author }) => !viewer.ties.has(author))
      .toSorted((a, b) => b.reactions - a.reactions || b.createdAtMs - a.createdAtMs)
      .slice(0, Math.floor(this.#options.pool / 6));
    return [...near.slice(0, this.#options.pool - popular.length), ...popular];
  }

  #encounter(
    viewer: Person,
    post: Post,
    seen: ReadonlyMap<Post, number>,
    nowMs: number,
  ): Encounter {
    let shownLately = 0;
    for (const [other, sinceMs] of seen)
      if (other.author === post.author && nowMs - sinceMs < DAY_MS) shownLately++;
    const tie = viewer.ties.get(post.author) ?? null;
    return { viewer, tie, post, nowMs, place: 0, shownLately };
  }

  #facts({ viewer, tie, post }: Encounter): CandidateFacts {
    const keys = keysOf(viewer, post);
    return {
      viewerId: viewer.id,
      authorId: keys.author,
      topic: keys.topic,
      createdAtMs: post.createdAtMs,
      source: tie?.kind ?? "popular",
      textChars: post.textChars,
      media: post.media,
      isRepost: post.isRepost,
      isQuote: post.isQuote,
      reactions: post.reactions,
      comments: post.comments,
      reposts: post.reposts,
      tallies: this.#tallies.of(keys),
    };
  }

  /** What the product showed before it learnt: recent, close and praised first, and some of everything by chance. */
  #order(encounters: readonly Encounter[]): number[] {
    const scores = encounters.map(({ post, tie, nowMs }) => {
      const ageHours = (nowMs - post.createdAtMs) / HOUR_MS;
      const closeness = tie === null ? 0 : tie.kind === "friend" ? 1 : 0.5;
      return (
        3 * 2 ** (-ageHours / 6) +
        closeness +
        0.35 * Math.log1p(post.reactions) +
        normal(this.#random)
      );
    });
    return [...scores.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  }

  #happen(
    viewer: Person,
    post: Post,
    actions: Head[],
    seen: Map<Post, number>,
    nowMs: number,
  ): void {
    seen.set(post, nowMs);
    if (actions.includes("like")) post.reactions++;
    if (actions.includes("comment")) post.comments++;
    if (actions.includes("share")) post.reposts++;
    this.#tallies.bump(keysOf(viewer, post), ["shown", ...actions], nowMs);
  }
}

const keysOf = (viewer: Person, post: Post) => ({
  viewer: viewer.id,
  author: String(post.author + 1),
  content: post.id,
  topic: TOPICS[post.topic]?.name ?? "",
});

/** How much likelier a visit is now than on average over the day: people come around an hour of their own. */
function awake({ hour }: Person, nowMs: number): number {
  const now = (nowMs / HOUR_MS) % 24;
  return Math.max(0.05, 1 + 0.95 * Math.cos(((now - hour) / 24) * 2 * Math.PI));
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError("an index outside its list");
  return value;
}
