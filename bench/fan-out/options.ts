import { LIMITS } from "../../core/limits.ts";
import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";

export const HELP = `What it takes to spread a post: pushed to every follower, and announced to every bucket.

  npm run bench -- fan-out [options]

  --followers N      followers of the author with many (default 5000)
  --posts N          posts of each author in each round (default 20)
  --buckets N        feed buckets of each region (default 4)
  --readers N        followers that read their feed, and go on reading (default 20)
  --reads N          reads per second beside the posts (default 20)
  --rounds N         rounds of each author (default 3)
  --kills N          times that the runtime is killed while the posts of the author with many
                     followers are being pushed (default 1); then nothing may be missing
  --json FILE        also writes everything to FILE
  --help             this text

Posts go to an author without followers, to one with a tenth of --followers, and to one with
all of them, each forced to be pushed and forced to be announced. The threshold is where both
cost the same CPU. Then the product chooses: for an author just below its threshold, and for the
one with all followers.`;

export interface FanOutOptions {
  readonly followers: number;
  readonly posts: number;
  readonly buckets: number;
  readonly readers: number;
  readonly readsPerSecond: number;
  readonly rounds: number;
  readonly kills: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  followers: text,
  posts: text,
  buckets: text,
  readers: text,
  reads: text,
  rounds: text,
  kills: text,
  json: text,
};

/** @throws FlagError */
export function fanOutOptions(args: readonly string[]): FanOutOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  return {
    followers: whole("followers", 5_000, 100, BOUNDS.degreeMax),
    posts: whole("posts", 20, 1, 1_000),
    buckets: whole("buckets", 4, 1, LIMITS.feedBucketsMax),
    readers: whole("readers", 20, 1, 1_000),
    readsPerSecond: whole("reads", 20, 1, 1_000),
    rounds: whole("rounds", 3, 1, BOUNDS.roundsMax),
    kills: whole("kills", 1, 0, BOUNDS.roundsMax),
    json: textFlag(flags, "json") ?? null,
  };
}
