import { FlagError, numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";
import { DEFAULT_DATA } from "./data/files.ts";

export const HELP = `Replays the load of a social graph on the built product's graph layer, open loop.

  npm run bench -- tao [options]

  --workload W         tao (default): mix of the TAO paper, degrees of LinkBench, popularity of
                       CacheBench; O or A: TAOBench as its driver asks
  --profile P          embedded (default) or hosted: where leaders keep the truth
  --keys N             tao: cache keys, half objects and half lists (default 100000; --stampede 2000)
  --degree-max N       tao: longest list (default 1000)
  --edges N            O, A: edges that are loaded, with two objects each (default 20000)
  --seconds N          of load at the stated rate (default 30)
  --rate N             operations a second (default: half of the capacity found first)
  --capacity-seconds N closed loop that finds the capacity (default 10; 0 with --rate: none)
  --batch N            tao: reads that a client sends together (default 64)
  --alone N            tao: percent of reads that come alone (default 0.5)
  --follower-share N   tao: memory of a region's followers, percent of all bytes (default 10)
  --leader-megabytes N memory of each leader (default 24, as in the product)
  --lag-every N        ms between two writes whose way to the followers is watched (default 250)
  --shards N           physical shards (default 16)
  --replicas N         followers per region and shard (default 1; --stampede 2)
  --seed N             one seed is one load (default 42)
  --fresh              load the graph again, even when it is kept from an earlier run
  --data FOLDER        the published distributions (default ../shared/data/tao)
  --json FILE          also writes everything to FILE

  --stampede           instead: 1,000 readers at once on one cold key, over all followers
  --group-commit       instead: writes per second of one shard, grouped and one at a time
  --help               this text`;

export type WorkloadName = "tao" | "O" | "A";
export type Profile = "embedded" | "hosted";
export type Show = "load" | "stampede" | "group-commit";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const FLAGS = {
  workload: text,
  profile: text,
  keys: text,
  "degree-max": text,
  edges: text,
  seconds: text,
  rate: text,
  "capacity-seconds": text,
  batch: text,
  alone: text,
  "follower-share": text,
  "leader-megabytes": text,
  "lag-every": text,
  shards: text,
  replicas: text,
  seed: text,
  fresh: flag,
  data: text,
  json: text,
  stampede: flag,
  "group-commit": flag,
};

export type TaoOptions = ReturnType<typeof taoOptions>;

/** @throws FlagError */
export function taoOptions(args: readonly string[]) {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  const share = (name: string, fallback: number, max: number) =>
    (numberFlag(flags, name, { min: 0, max, whole: false }) ?? fallback) / 100;
  const shows = (["stampede", "group-commit"] as const).filter((name) => flags.get(name) === true);
  if (shows.length > 1) throw new FlagError("--stampede and --group-commit are two runs");
  const show: Show = shows[0] ?? "load";
  const rate = numberFlag(flags, "rate", { min: 1, max: BOUNDS.opsPerSecondMax }) ?? null;
  const capacitySeconds = whole("capacity-seconds", 10, 0, BOUNDS.capacitySecondsMax);
  if (rate === null && capacitySeconds === 0)
    throw new FlagError("--capacity-seconds 0 needs a --rate");
  return {
    show,
    workload: oneOf("workload", textFlag(flags, "workload") ?? "tao", ["tao", "O", "A"] as const),
    profile: oneOf("profile", textFlag(flags, "profile") ?? "embedded", [
      "embedded",
      "hosted",
    ] as const),
    keys: whole("keys", show === "load" ? 100_000 : 2_000, 1_000, BOUNDS.keysMax),
    degreeMax: whole("degree-max", 1_000, 1, BOUNDS.degreeMax),
    edges: whole("edges", 20_000, 1_000, BOUNDS.edgesMax),
    seconds: whole("seconds", 30, 1, BOUNDS.loadSecondsMax),
    rate,
    capacitySeconds,
    batch: whole("batch", 64, 1, BOUNDS.batchMax),
    aloneShare: share("alone", 0.5, 100),
    followerShare: share("follower-share", 10, 1_000),
    leaderMegabytes: whole("leader-megabytes", 24, 1, BOUNDS.leaderMegabytesMax),
    lagEveryMs: whole("lag-every", 250, 5, 60_000),
    shards: whole("shards", 16, 1, BOUNDS.shardsMax),
    replicas: whole("replicas", show === "stampede" ? 2 : 1, 1, BOUNDS.replicasMax),
    seed: whole("seed", 42, 0, 2 ** 31),
    fresh: flags.get("fresh") === true,
    data: textFlag(flags, "data") ?? DEFAULT_DATA,
    json: textFlag(flags, "json") ?? null,
  };
}

function oneOf<const T extends string>(name: string, value: string, all: readonly T[]): T {
  const found = all.find((candidate) => candidate === value);
  if (found === undefined) throw new FlagError(`--${name} takes ${all.join(", ")}, not "${value}"`);
  return found;
}
