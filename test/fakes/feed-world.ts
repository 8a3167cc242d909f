import { type Effects, effectsOf } from "../../core/degradation/effects.ts";
import { Builds } from "../../core/feed/builds.ts";
import type { Call, FeedEvent, Outcome } from "../../core/feed/call.ts";
import type { FanoutRecord } from "../../core/feed/fanout/service.ts";
import type { FeedPage, NewPost, Post, Profile } from "../../core/feed/schemas.ts";
import type { RankingPort } from "../../core/feed/ranked/port.ts";
import type { FeedCache } from "../../core/feed/cache/service.ts";
import { feedPageSchema, type PostPage, postPageSchema } from "../../core/feed/schemas.ts";
import type { FeedRequest, Relation } from "../../core/feed/service.ts";
import { createUser } from "../../core/feed/usecases/accounts.ts";
import { profileFeed } from "../../core/feed/usecases/feeds.ts";
import { home } from "../../core/feed/usecases/home.ts";
import { createPost } from "../../core/feed/usecases/posts.ts";
import { profile } from "../../core/feed/usecases/profiles.ts";
import { relate, unrelate } from "../../core/feed/usecases/relations.ts";
import { type Id, ID_EPOCH_MS } from "../../core/ids.ts";
import { CallTiming } from "../../core/telemetry/call-timing.ts";
import { hmacSigner } from "../../platform/signer.ts";
import type { Consistency } from "../../core/tao/service.ts";
import type { Tao } from "../../core/tao/tao.ts";
import { MemoryGraph } from "./memory-graph.ts";
import { MemoryTao } from "./memory-tao.ts";

const START_MS = ID_EPOCH_MS + 30 * 86_400_000;
const BUDGET_MS = 5_000;

/** A product over the graph in memory: people act on it through the use-cases. */
export class FeedWorld {
  nowMs = START_MS;
  readonly graph = new MemoryGraph();
  readonly events: FeedEvent[] = [];
  /** How posts were spread, as far as a test says so. */
  readonly spread = new Map<Id, FanoutRecord>();
  shortUnions: () => boolean = () => false;
  /** Waits end only when a test says so: no stage runs out of its budget by itself. */
  sleep = (_ms: number): Promise<void> => new Promise(() => {});
  /** The feed cache of the region; none unless a test sets one. */
  cache: FeedCache | null = null;
  /** What the region's level takes away: nothing unless a test says so. */
  effects: Effects = effectsOf(0);
  /** Who scores; nobody unless a test sets one. */
  ranking: RankingPort | null = null;
  /** Takes on everything. */
  builds: Call["builds"] = new Builds({ admission: null, shed: () => {} });
  #deferred: Promise<unknown>[] = [];
  readonly #taoFor: ((world: FeedWorld) => Tao) | undefined;
  #seed = 1;

  /** @param taoFor another graph than the one in memory. */
  constructor(taoFor?: (world: FeedWorld) => Tao) {
    this.#taoFor = taoFor;
  }

  tao = (): MemoryTao =>
    new MemoryTao({ nowMs: () => this.nowMs, shortUnions: () => this.shortUnions() }, this.graph);

  /** One request. `key` is its Idempotency-Key. */
  as(
    viewer: string | null,
    options: { key?: string; tao?: MemoryTao; consistency?: Consistency } = {},
  ): Call {
    return {
      tao: options.tao ?? this.#taoFor?.(this) ?? this.tao(),
      viewer: viewer === null ? null : (BigInt(viewer) as Id),
      consistency: options.consistency ?? "ticket",
      cache: this.cache,
      ranking: this.ranking,
      region: "us-east",
      effects: this.effects,
      told: new Set(),
      timing: new CallTiming(),
      priority: "interactive",
      asked: null,
      builds: this.builds,
      defer: (work) => void this.#deferred.push(work()),
      idempotencyKey: options.key ?? null,
      deadlineMs: this.nowMs + BUDGET_MS,
      clock: { nowMs: () => this.nowMs },
      random: { next: () => this.#next() },
      sleep: (ms) => this.sleep(ms),
      signer: hmacSigner("a secret for tests"),
      fanout: { record: async (post) => this.spread.get(post) ?? null },
      report: (event) => void this.events.push(event),
    };
  }

  /** Until what answers did not wait for is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#deferred.splice(0));
  }

  async user(handle: string): Promise<string> {
    const user = await must(
      createUser(this.as(null), { handle, name: handle.toUpperCase(), bio: "" }),
    );
    return user.id;
  }

  /** Each post one millisecond after the one before. */
  async post(author: string, fields: Partial<NewPost> = {}): Promise<Post> {
    this.nowMs++;
    const text = fields.repostOf === undefined ? `post ${this.nowMs}` : "";
    return must(createPost(this.as(author), { text, media: [], audience: "public", ...fields }));
  }

  /** @returns how they stand then. */
  async relate(viewer: string, other: string, relation: Relation, on = true): Promise<Profile> {
    this.nowMs++;
    if (on) return must(relate(this.as(viewer), other, relation));
    await must(unrelate(this.as(viewer), other, relation));
    return must(profile(this.as(viewer), other));
  }

  async befriend(a: string, b: string): Promise<void> {
    await this.relate(a, b, "friend");
    await this.relate(b, a, "friend");
  }

  async home(viewer: string, request: Partial<FeedRequest> = {}): Promise<FeedPage> {
    const text = await must(
      home(this.as(viewer), { mode: "latest", limit: 20, cursor: undefined, ...request }),
    );
    return feedPageSchema.parse(JSON.parse(text));
  }

  async profileFeed(
    viewer: string | null,
    user: string,
    cursor?: string,
    limit = 20,
  ): Promise<PostPage> {
    const text = await must(profileFeed(this.as(viewer), user, { limit, cursor }));
    return postPageSchema.parse(JSON.parse(text));
  }

  /** Uniform in [0, 1): a linear congruential generator, so that a run repeats. */
  #next(): number {
    this.#seed = (this.#seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return this.#seed / 2 ** 32;
  }
}

/** The value of something that must succeed. */
export async function must<T>(outcome: Outcome<T>): Promise<T> {
  const result = await outcome;
  if (!result.ok) throw new Error(`unexpected failure: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The failure code of something that must fail; "" when it did not. */
export async function codeOf(outcome: Outcome<unknown>): Promise<string> {
  const result = await outcome;
  return result.ok ? "" : result.error.code;
}

export const idsOf = (page: { readonly items: readonly { readonly id: string }[] }): string[] =>
  page.items.map((item) => item.id);

/** A world with the people that most tests need. */
export async function cast() {
  const world = new FeedWorld();
  const [author, reader, other] = [
    await world.user("author"),
    await world.user("reader"),
    await world.user("other"),
  ];
  return { world, author, reader, other };
}
