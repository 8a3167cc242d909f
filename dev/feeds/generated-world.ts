import {
  followEdge,
  friendEdge,
  postWrites,
  repostEdge,
  userWrites,
} from "../../core/feed/writes.ts";
import { type Id, LOGICAL_SHARDS, logicalShard, parseId, shardOf } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { SeededRandom } from "../../sim/random.ts";
import { MAP } from "../histories/shape.ts";
import type { OperatorApi } from "../operator/api.ts";
import { type Unit, writeUnits } from "../operator/batches.ts";
import { hash, zipfRank } from "../world/random.ts";
import type { Change } from "./changes.ts";
import { Model, type ModelPost } from "./model.ts";
import { ruleOn } from "./oracle.ts";

const FOLLOWS = 10;
const FRIENDS = 3;
const MUTES = 0.4;
const BLOCKS = 0.3;
/** Few: most of a feed then fits into an entry, and what is compared is the cache. */
const POSTS = 2;
const SHARES = 1;
/** Popularity follows Zipf's law, with this exponent. */
const POPULARITY = 0.7;
const AUDIENCES = { public: 6, followers: 2, friends: 2, only_me: 1 } as const;
const DAY_MS = 86_400_000;

/**
 * People with bonds of every kind, and posts of the last month: written through the operator's side
 * of the API, so none of it is spread.
 * @returns what is so from then on. @throws OperatorError
 */
export async function loadGenerated(
  api: OperatorApi,
  { users, seed }: { readonly users: number; readonly seed: number },
): Promise<readonly Change[]> {
  const loader = new Loader(api, new SeededRandom(seed), seed);
  await loader.people(users);
  await loader.bonds();
  await loader.posts(users * POSTS);
  await loader.shares(users * SHARES);
  return loader.changes;
}

class Loader {
  readonly changes: Change[] = [];
  readonly #api: OperatorApi;
  readonly #random: SeededRandom;
  readonly #seed: number;
  readonly #model = new Model();
  readonly #startMs = Date.now() - 30 * DAY_MS;

  constructor(api: OperatorApi, random: SeededRandom, seed: number) {
    this.#api = api;
    this.#random = random;
    this.#seed = seed;
  }

  async people(count: number): Promise<void> {
    const units = Array.from({ length: count }, (_, index): Unit => {
      const home = logicalShard(hash(this.#seed, "shard", index) % LOGICAL_SHARDS);
      const names = { handle: `person${index}`, name: `Person ${index}` };
      const fields = { ...names, bio: "", avatar: null, createdAtMs: this.#startMs };
      return { home, writes: () => userWrites(home, fields) };
    });
    const ids = await this.#write("people", units);
    this.#apply(ids.map((id): Change => ({ kind: "joined", user: String(id) })));
  }

  async bonds(): Promise<void> {
    const units: Unit[] = [];
    for (const from of this.#model.users) {
      const draw = (bond: Bond, mean: number) => {
        for (let n = this.#random.int(0, 2 * mean * 10) / 10; n >= 1 || this.#random.chance(n); n--)
          units.push(...this.#bond(bond, from));
      };
      draw("block", BLOCKS);
      draw("follow", FOLLOWS);
      draw("friend", FRIENDS);
      draw("mute", MUTES);
    }
    await this.#write("bonds", units);
  }

  async posts(count: number): Promise<void> {
    const drawn = Array.from({ length: count }, (_, n) => ({
      author: this.#random.pick(this.#model.users),
      audience: this.#random.weighted(AUDIENCES),
      timeMs: this.#startMs + Math.floor((n * 25 * DAY_MS) / count),
    }));
    const units = drawn.map(({ author, audience, timeMs: createdAtMs }, n): Unit => {
      const fields = { author: toId(author), text: `post ${n}`, audience, media: [], createdAtMs };
      return { home: shardOf(fields.author), writes: (place) => postWrites(fields, place) };
    });
    const ids = await this.#write("posts", units);
    this.#apply(
      drawn.flatMap((one, n): Change[] =>
        ids[n] === undefined ? [] : [{ kind: "posted", post: String(ids[n]), ...one }],
      ),
    );
  }

  /** Reposts and quotes, by people who may see what they share. */
  async shares(count: number): Promise<void> {
    const originals = [...this.#model.posts.values()];
    const drawn = Array.from({ length: count }, (_, n) => {
      const original = originals[zipfRank(this.#random, originals.length, POPULARITY)];
      const author = this.#random.pick(this.#model.users);
      const timeMs = this.#startMs + 26 * DAY_MS + n;
      return original === undefined ? [] : this.#share(author, original, timeMs);
    }).flat();
    const units = drawn.map((share, n): Unit => {
      const { author, audience, timeMs: createdAtMs, repostOf, quoteOf } = share;
      const by = toId(author);
      const fields = {
        author: by,
        text: repostOf === undefined ? `quote ${n}` : "",
        audience,
        media: [],
        createdAtMs,
        repostOf: repostOf === undefined ? undefined : toId(repostOf),
        quoteOf: quoteOf === undefined ? undefined : toId(quoteOf),
      };
      return {
        home: shardOf(by),
        writes: (place) => [
          ...postWrites(fields, place),
          ...(fields.repostOf === undefined ? [] : [repostEdge(by, fields.repostOf, createdAtMs)]),
        ],
      };
    });
    const ids = await this.#write("shares", units);
    this.#apply(
      drawn.flatMap((share, n): Change[] =>
        ids[n] === undefined ? [] : [{ ...share, post: String(ids[n]) }],
      ),
    );
  }

  #share(author: string, original: ModelPost, timeMs: number): readonly Posted[] {
    const model = this.#model;
    if (typeof ruleOn(model, author, original, "direct") === "string") return [];
    const audience = this.#random.weighted(AUDIENCES);
    const base = { kind: "posted", post: "", author, timeMs, audience } as const;
    if (this.#random.chance(0.4)) return [{ ...base, quoteOf: original.id }];
    if (original.reposters.has(author)) return [];
    original.reposters.add(author);
    return [{ ...base, audience: "public", repostOf: original.id }];
  }

  #bond(bond: Bond, from: string): readonly Unit[] {
    const model = this.#model;
    const place = zipfRank(this.#random, model.users.length, POPULARITY);
    const to = model.users[place] ?? from;
    const isPeace = !model.has("block", from, to) && !model.has("block", to, from);
    const isNew = !model.has(bond, from, to) && (bond !== "block" || isStranger(model, from, to));
    if (to === from || !isNew || (bond !== "mute" && !isPeace)) return [];
    this.#apply([{ kind: "bond", bond, from, to, on: true }]);
    return [{ home: shardOf(edgeOf(bond, from, to).id1), writes: () => [edgeOf(bond, from, to)] }];
  }

  #write = (phase: string, units: readonly Unit[]): Promise<readonly Id[]> =>
    writeUnits(this.#api, MAP, units, `feeds:${this.#seed}:${phase}`);

  #apply(changes: readonly Change[]): void {
    for (const change of changes) this.#model.apply(change);
    this.changes.push(...changes);
  }
}

type Bond = "follow" | "friend" | "block" | "mute";
type Posted = Extract<Change, { kind: "posted" }>;

/** A block goes first, so there is nothing for it to end. */
const isStranger = (model: Model, one: string, two: string): boolean =>
  !model.has("follow", one, two) &&
  !model.has("follow", two, one) &&
  !model.has("friend", one, two);

function edgeOf(bond: Bond, from: string, to: string): Extract<Write, { op: "assocAdd" }> {
  const [id1, id2] = [toId(from), toId(to)];
  // As old as everything else here: what is new is spread.
  const timeMs = Date.now() - 5 * DAY_MS;
  if (bond === "block" || bond === "mute") {
    const atype = bond === "block" ? ASSOC.blocks : ASSOC.mutes;
    return { op: "assocAdd", id1, atype, id2, timeMs, data: "" };
  }
  const edge = bond === "follow" ? followEdge(id1, id2, timeMs) : friendEdge(id1, id2, timeMs);
  if (edge.op !== "assocAdd" || !("id1" in edge)) throw new RangeError("not an edge");
  return edge;
}

export function toId(text: string): Id {
  const id = parseId(text);
  if (id === null) throw new RangeError(`"${text}" is no id`);
  return id;
}
