import { FlagError, numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";

/** Entries of the feed cache that the start leaves behind live this long: so does the warm-up. */
export const WARM_MINUTES = 5;

export const HELP = `Hit rates of the six cache layers in a slice of a day's busiest hour, in real time.

  npm run bench -- hit-rates [options]

  --minutes N      how long it runs, of which the first ${WARM_MINUTES} only warm up (default 12)
  --users N        people (default 5000)
  --posts N        posts of the last days (default 10000)
  --follows N      follows per person, mean (default 40)
  --seed N         one seed is one world and one schedule of visits (default 42)
  --keep FOLDER    keeps the loaded world there, and uses what is there already
  --load-only      loads it, and no more
  --json FILE      also writes everything to FILE
  --help           this text`;

export interface HitRatesOptions {
  readonly minutes: number;
  readonly users: number;
  readonly posts: number;
  readonly followsMean: number;
  readonly seed: number;
  readonly keep: string | null;
  readonly loadOnly: boolean;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  minutes: text,
  users: text,
  posts: text,
  follows: text,
  seed: text,
  keep: text,
  "load-only": { type: "boolean" },
  json: text,
} as const;

/** @throws FlagError */
export function hitRatesOptions(args: readonly string[]): HitRatesOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  const keep = textFlag(flags, "keep") ?? null;
  const loadOnly = flags.has("load-only");
  if (loadOnly && keep === null) throw new FlagError("--load-only needs --keep");
  return {
    minutes: whole("minutes", 12, WARM_MINUTES + 1, BOUNDS.sliceMinutesMax),
    users: whole("users", 5_000, 50, BOUNDS.usersMax),
    posts: whole("posts", 10_000, 100, BOUNDS.postsMax),
    followsMean: whole("follows", 40, 1, 1_000),
    seed: whole("seed", 42, 0, 2 ** 31),
    keep,
    loadOnly,
    json: textFlag(flags, "json") ?? null,
  };
}
