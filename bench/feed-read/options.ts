import { FlagError, numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";
import type { Profile } from "./product.ts";

export const HELP = `Reads home feeds on the built product, beside the floor of the platform.

  npm run bench -- feed-read [options]

  --users N          users of the workload (default 2000)
  --posts N          posts of the workload (default 20000)
  --follows N        follows per user, mean (default 50)
  --readers N        users who read, at most all (default all)
  --seed N           one seed is one workload (default 42)
  --rounds N         rounds per target (default 5)
  --seconds N        seconds per round (default 6)
  --connections N    kept busy at once (default 32)
  --profile P        embedded (default), or hosted: on a local MariaDB and Redis, as the services
                     speak to them
  --feed-cache on|off
                     whether feeds come from the feed cache (default on). Writes reach it only
                     through fan-out
  --feed-buckets N   objects that the embedded feed cache has in each region (default 16)
  --foreign-max N    cores that others may use before a round is repeated (default 0.35)
  --beside URL@PIDS  also measures this URL of another server, with the CPU of these
                     processes (comma separated) and of what they start
  --beside-token T   its bearer token; {user} is the viewer's number (default {user})
  --beside-post P    where it takes posts, as {"text": …}: then it is written to as often
  --json FILE        also writes everything to FILE
  --help             this text`;

/** Another server, measured with the same generator. */
export interface Beside {
  readonly url: URL;
  readonly pids: readonly number[];
  readonly token: string;
  /** Path for new posts; null: it is only read. */
  readonly postPath: string | null;
}

export interface FeedReadOptions {
  readonly users: number;
  readonly posts: number;
  readonly followsMean: number;
  readonly readers: number;
  readonly seed: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly foreignCoresMax: number;
  readonly profile: Profile;
  readonly feedCache: boolean;
  readonly feedBuckets: number;
  readonly beside: Beside | null;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  users: text,
  posts: text,
  follows: text,
  readers: text,
  seed: text,
  rounds: text,
  seconds: text,
  connections: text,
  "foreign-max": text,
  profile: text,
  "feed-cache": text,
  "feed-buckets": text,
  beside: text,
  "beside-token": text,
  "beside-post": text,
  json: text,
};

/** @throws FlagError */
export function feedReadOptions(args: readonly string[]): FeedReadOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  const beside = textFlag(flags, "beside");
  const users = whole("users", 2_000, 10, BOUNDS.usersMax);
  return {
    users,
    readers: whole("readers", users, 2, users),
    posts: whole("posts", 20_000, 0, BOUNDS.postsMax),
    followsMean: whole("follows", 50, 1, 1_000),
    seed: whole("seed", 42, 0, 2 ** 31),
    rounds: whole("rounds", 5, 1, BOUNDS.roundsMax),
    seconds: whole("seconds", 6, 1, BOUNDS.roundSecondsMax),
    connections: whole("connections", 32, 1, BOUNDS.connectionsMax),
    foreignCoresMax: numberFlag(flags, "foreign-max", { min: 0, max: 64, whole: false }) ?? 0.35,
    profile: profileFrom(textFlag(flags, "profile") ?? "embedded"),
    feedCache: onOff(textFlag(flags, "feed-cache") ?? "on"),
    feedBuckets: whole("feed-buckets", 16, 1, BOUNDS.feedBucketsMax),
    beside:
      beside === undefined
        ? null
        : {
            ...besideFrom(beside),
            token: textFlag(flags, "beside-token") ?? "{user}",
            postPath: textFlag(flags, "beside-post") ?? null,
          },
    json: textFlag(flags, "json") ?? null,
  };
}

function profileFrom(flag: string): Profile {
  if (flag !== "embedded" && flag !== "hosted")
    throw new FlagError(`--profile is embedded or hosted, not "${flag}"`);
  return flag;
}

function onOff(flag: string): boolean {
  if (flag !== "on" && flag !== "off")
    throw new FlagError(`--feed-cache is on or off, not "${flag}"`);
  return flag === "on";
}

/** Servers of one's own machine only: a bench is no weapon. */
function besideFrom(flag: string): Pick<Beside, "url" | "pids"> {
  const [, address = "", list = ""] = /^(.*)@([\d,]+)$/.exec(flag) ?? [];
  const url = URL.parse(address);
  if (url === null || !["127.0.0.1", "localhost", "[::1]"].includes(url.hostname))
    throw new FlagError(`--beside takes a URL of this machine and pids, not "${flag}"`);
  return { url, pids: list.split(",").map(Number) };
}
