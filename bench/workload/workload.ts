import type { Random } from "../../core/clock.ts";
import type { Media } from "../../core/feed/schemas.ts";
import { between, logNormal, pick, stream, zipfRank } from "../../dev/world/random.ts";
import { BOUNDS } from "../bounds.ts";
import { WORDS } from "./words.ts";

export interface WorkloadSpec {
  readonly seed: number;
  readonly users: number;
  readonly posts: number;
  readonly followsMean: number;
  /** Users who read; absent: all. */
  readonly readers?: number;
  /** Unix ms of the newest post; absent: the same for ever, so that one seed is one workload. */
  readonly lastPostMs?: number;
}

export interface BenchPost {
  readonly author: number;
  /** Unix ms; no two posts share one. */
  readonly timeMs: number;
  readonly text: string;
  readonly media?: readonly Media[];
}

/** Users are indexes from 0 everywhere. */
export interface Workload {
  readonly spec: WorkloadSpec;
  /** Whom each user follows. */
  readonly follows: readonly (readonly number[])[];
  /** Oldest first. */
  readonly posts: readonly BenchPost[];
  /** Who asks, request by request. */
  readonly viewers: readonly number[];
}

/** Follows a user has at least and at most: nobody's feed is empty, nobody follows everybody. */
const FOLLOWS_MIN = 5;
const FOLLOWS_MAX = 1_000;
/** Popularity, posting and reading each follow Zipf's law, with these exponents. */
const POPULARITY = 0.85;
const POSTING = 0.6;
const READING = 0.9;
const TEXT_CHARS = { min: 20, max: 280 } as const;
const LAST_POST_MS = Date.UTC(2025, 10, 20);
const SPAN_MS = 20 * 86_400_000;

/** A social network and its readers, the same for the same spec. */
export function makeWorkload(spec: WorkloadSpec): Workload {
  return {
    spec,
    follows: follows(spec),
    posts: posts(spec),
    viewers: ranked(spec, "viewers", READING, BOUNDS.requestStream, spec.readers),
  };
}

function follows({ seed, users, followsMean }: WorkloadSpec): number[][] {
  const popular = shuffled(users, stream(seed, "popular"));
  return Array.from({ length: users }, (_, user) => {
    const random = stream(seed, "follows", user);
    const drawn = Math.round(logNormal(random, followsMean, 1));
    const wanted = Math.min(users - 1, FOLLOWS_MAX, Math.max(FOLLOWS_MIN, drawn));
    const chosen = new Set<number>();
    // The few most popular are drawn again and again: a bound keeps that from going on for ever.
    for (let tries = 0; chosen.size < wanted && tries < wanted * 20; tries++) {
      const other = popular[zipfRank(random, users, POPULARITY)] ?? 0;
      if (other !== user) chosen.add(other);
    }
    return [...chosen];
  });
}

function posts(spec: WorkloadSpec): BenchPost[] {
  const random = stream(spec.seed, "texts");
  const { lastPostMs = LAST_POST_MS } = spec;
  return ranked(spec, "authors", POSTING, spec.posts).map((author, index) => ({
    author,
    timeMs: Math.floor(lastPostMs - SPAN_MS + (SPAN_MS * (index + 0.5)) / spec.posts),
    text: `${textOf(random)} #${index}`,
  }));
}

/** Users drawn by rank from the first `among` of a shuffled list. */
function ranked(
  { seed, users }: WorkloadSpec,
  purpose: string,
  exponent: number,
  count: number,
  among = users,
): number[] {
  const order = shuffled(users, stream(seed, purpose, "order"));
  const random = stream(seed, purpose);
  return Array.from({ length: count }, () => order[zipfRank(random, among, exponent)] ?? 0);
}

function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = between(random, 0, i);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}

function textOf(random: Random): string {
  const chars = between(random, TEXT_CHARS.min, TEXT_CHARS.max);
  let text = pick(random, WORDS);
  while (text.length < chars) text += ` ${pick(random, WORDS)}`;
  return text.slice(0, TEXT_CHARS.max).trimEnd();
}
