import { FlagError, numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";

export const HELP = `Asks the built product for more than it can do, with its limits and without them.

  npm run bench -- overload [options]

  --users N        users of the workload (default 300)
  --posts N        posts of the workload (default 6000)
  --follows N      follows per user, mean (default 30)
  --seed N         one seed is one workload (default 42)
  --lead N         seconds of overload before anything is counted (default 4)
  --seconds N      seconds that are counted (default 10)
  --cold-times N   times the sustainable rate, of reads that are built from the graph (default 5)
  --warm-times N   the same, of reads that the feed cache answers (default 1.3)
  --p99 N          ms: what reads must answer within at the sustainable rate, 99 of 100 (default 200)
  --deadline N     ms: a later answer is of no use (default 1000)
  --only cold|warm measures one of the two
  --outage         instead: every leader and follower fails; counts attempts per request
  --json FILE      also writes everything to FILE
  --help           this text

The rates count everything that is sent: 90 % reads of the home feed, 5 % writes, 3 % for sockets, 2 % reads of
an operator's batch. Arrivals are random (Poisson) and wait for nobody; latency counts from when a
request was due. The generator is a process apart. The sustainable rate is the highest that the
product takes without its limits, in the same run, every answer right and in time.`;

export interface OverloadOptions {
  readonly users: number;
  readonly posts: number;
  readonly followsMean: number;
  readonly seed: number;
  readonly leadSeconds: number;
  readonly seconds: number;
  readonly coldTimes: number;
  readonly warmTimes: number;
  readonly p99Ms: number;
  readonly deadlineMs: number;
  readonly only: "cold" | "warm" | null;
  readonly outage: boolean;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  users: text,
  posts: text,
  follows: text,
  seed: text,
  lead: text,
  seconds: text,
  "cold-times": text,
  "warm-times": text,
  p99: text,
  deadline: text,
  only: text,
  outage: { type: "boolean" },
  json: text,
} as const;

/** @throws FlagError */
export function overloadOptions(args: readonly string[]): OverloadOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  const times = (name: string, fallback: number) =>
    numberFlag(flags, name, { min: 1, max: 20, whole: false }) ?? fallback;
  return {
    users: whole("users", 300, 20, 5_000),
    posts: whole("posts", 6_000, 100, 100_000),
    followsMean: whole("follows", 30, 1, 1_000),
    seed: whole("seed", 42, 0, 2 ** 31),
    leadSeconds: whole("lead", 4, 0, 60),
    seconds: whole("seconds", 10, 1, 60),
    coldTimes: times("cold-times", 5),
    warmTimes: times("warm-times", 1.3),
    p99Ms: whole("p99", 200, 1, 5_000),
    deadlineMs: whole("deadline", 1_000, 50, 5_000),
    only: onlyFrom(textFlag(flags, "only")),
    outage: flags.get("outage") === true,
    json: textFlag(flags, "json") ?? null,
  };
}

function onlyFrom(flag: string | undefined): OverloadOptions["only"] {
  if (flag === undefined || flag === "cold" || flag === "warm") return flag ?? null;
  throw new FlagError(`--only takes cold or warm, not "${flag}"`);
}
