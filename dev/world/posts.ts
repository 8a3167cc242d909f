import type { Random } from "../../core/clock.ts";
import type { Audience } from "../../core/feed/schemas.ts";
import type { SocialGraph } from "./graph.ts";
import { type Person, topicAt } from "./people.ts";
import { fill, PHOTO_FRAMES, POST_FRAMES, QUOTE_FRAMES } from "./phrases.ts";
import { between, chance, pick, stream, weighted } from "./random.ts";
import type { SceneKind } from "./topics/topic.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const WORLD_DAYS = 30;
const GROWTH = 1.3;

export type PostKind = "original" | "quote" | "repost";
/** A post by its place: the author's index, and the place among the author's posts, oldest first. */
export interface PostRef {
  readonly author: number;
  readonly place: number;
}

/** What is decided about a post before its words: cheap, so that others can refer to it. */
export interface PostSlot {
  readonly atMs: number;
  readonly kind: PostKind;
  readonly audience: Audience;
  readonly topic: number;
}

export interface PlannedPost extends PostSlot {
  readonly ref: PostRef;
  readonly text: string;
  /** Pictures by kind of scene and a number that chooses one from the pool. */
  readonly scenes: readonly { readonly kind: SceneKind; readonly choice: number }[];
  /** The original of a quote or repost. */
  readonly about: PostRef | null;
}

export interface PostSpec {
  readonly seed: number;
  readonly nowMs: number;
  /** Mean posts of one person over the thirty days. */
  readonly postsPerUser: number;
}

/** How awake someone is at an hour of their day: two humps over a quiet night. */
function awake(hour: number, peakHour: number): number {
  const near = (centre: number, width: number) => {
    const away = Math.abs(hour - centre);
    return Math.exp(-((Math.min(away, 24 - away) / width) ** 2));
  };
  return 0.03 + near(peakHour, 3) + 0.45 * near(12.5, 2.5);
}

function momentOf(random: Random, person: Person, nowMs: number): number {
  const spanMs = Math.min(WORLD_DAYS * DAY_MS, nowMs - person.createdAtMs) - 60_000;
  // The world has been growing: the last days hold more than the first.
  const anyMoment = () => nowMs - 60_000 - Math.floor(random.next() ** GROWTH * spanMs);
  for (let tries = 0; tries < 40; tries++) {
    const atMs = anyMoment();
    const local = new Date(atMs + person.utcOffsetMs);
    const weekend = local.getUTCDay() % 6 === 0 ? 1 : 0.78;
    const hour = local.getUTCHours() + local.getUTCMinutes() / 60;
    if (random.next() < awake(hour, person.peakHour) * weekend) return atMs;
  }
  return anyMoment();
}

const AUDIENCE_WEIGHTS: readonly (readonly [Audience, number])[] = [
  ["public", 88],
  ["followers", 6],
  ["friends", 5],
  ["only_me", 1],
];

/** All posts of one person, oldest first, without words. */
export function postSlots(person: Person, spec: PostSpec): readonly PostSlot[] {
  const random = stream(spec.seed, "slots", person.index);
  const wanted = Math.max(1, Math.round(spec.postsPerUser * person.activity));
  const times: number[] = [];
  while (times.length < wanted) {
    const atMs = momentOf(random, person, spec.nowMs);
    times.push(atMs);
    // A burst: something happened, and one post was not enough.
    const again = atMs + between(random, 5, 90) * 60_000;
    if (times.length < wanted && chance(random, 0.15) && again < spec.nowMs) times.push(again);
  }
  times.sort((a, b) => a - b);
  return times.map((atMs) => {
    const kind =
      (["original", "quote", "repost"] as const)[weighted(random, [86, 5, 9])] ?? "original";
    const [audience] = AUDIENCE_WEIGHTS[
      weighted(
        random,
        AUDIENCE_WEIGHTS.map(([, weight]) => weight),
      )
    ] ?? ["public"];
    return {
      atMs,
      kind,
      audience: kind === "original" ? audience : "public",
      topic: chance(random, 0.74) ? person.topic : person.alsoTopic,
    };
  });
}

/** A public original that someone this person follows wrote before and that is not in `shared`; null when there is none. */
function somethingToShare(
  random: Random,
  person: Person,
  beforeMs: number,
  context: PostContext,
  shared: Set<string>,
): PostRef | null {
  const followed = context.graph.follows.of(person.index);
  for (let tries = 0; tries < 6 && followed.length > 0; tries++) {
    const author = followed[Math.floor(random.next() * followed.length)] ?? 0;
    const candidates = context
      .slotsOf(author)
      .flatMap((slot, place) =>
        slot.kind === "original" && slot.audience === "public" && slot.atMs < beforeMs
          ? [place]
          : [],
      );
    if (candidates.length === 0) continue;
    const place = pick(random, candidates.slice(-4));
    const key = `${author}/${place}`;
    if (shared.has(key)) continue;
    shared.add(key);
    return { author, place };
  }
  return null;
}

export interface PostContext {
  readonly spec: PostSpec;
  readonly people: readonly Person[];
  readonly graph: SocialGraph;
  slotsOf(author: number): readonly PostSlot[];
}

function dayPart(atMs: number, person: Person): string {
  const hour = new Date(atMs + person.utcOffsetMs).getUTCHours();
  return hour < 5 ? "night" : hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
}

/** Someone they know, by handle; themselves never. */
function someoneKnown(random: Random, person: Person, context: PostContext): string {
  const friends = context.graph.friends.of(person.index);
  const known = friends.length > 0 ? friends : context.graph.follows.of(person.index);
  const other = context.people[known[Math.floor(random.next() * known.length)] ?? 0];
  return `@${other?.handle ?? person.handle}`;
}

/**
 * The whole post, words and pictures.
 * @param shared what the person's earlier posts shared; nobody shares a post twice.
 */
export function planPost(
  person: Person,
  place: number,
  context: PostContext,
  shared: Set<string>,
): PlannedPost {
  const random = stream(context.spec.seed, "post", person.index, place);
  const slot = context.slotsOf(person.index)[place];
  if (slot === undefined) throw new RangeError(`no post ${place} of person ${person.index}`);
  const about =
    slot.kind === "original" ? null : somethingToShare(random, person, slot.atMs, context, shared);
  // With nothing to share yet, it becomes a post of their own.
  const kind = about === null ? "original" : slot.kind;
  const ref = { author: person.index, place };
  if (kind === "repost") return { ...slot, ref, kind, about, text: "", scenes: [] };

  const topic = topicAt(slot.topic);
  const photo = kind === "original" && chance(random, 0.3);
  const frames = kind === "quote" ? QUOTE_FRAMES : photo ? PHOTO_FRAMES : POST_FRAMES;
  const names = {
    daypart: dayPart(slot.atMs, person),
    town: person.town,
    mention: someoneKnown(random, person, context),
  };
  const text = fill(random, pick(random, frames), topic, names);
  const pictures = photo ? 1 + weighted(random, [78, 12, 6, 4]) : 0;
  const scenes = Array.from({ length: pictures }, () => ({
    kind: pick(random, topic.scenes),
    choice: between(random, 0, 999_999),
  }));
  const tags = chance(random, 0.22) ? ` #${pick(random, topic.tags)}` : "";
  return { ...slot, ref, kind, about, text: `${text}${tags}`, scenes };
}
