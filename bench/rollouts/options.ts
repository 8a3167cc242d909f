import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";

export const HELP = `Rolls out bad and good weights and models against the built product, and times the kill switch.

  npm run bench -- rollouts [options]

  --users N        people who read (default 1500)
  --in-flight N    readers at once (default 6)
  --rate N         pages a second, of all of them together (default 15: a ranker on the same two cores answers in time)
  --only TEXT      only rollouts whose name contains TEXT
  --bake S         seconds that each stage lasts at least (default 5)
  --minutes N      a rollout that takes longer is aborted (default 10)
  --kills N        times the kill switch is used (default 10)
  --isolates N     gateways, each with a feed Worker of its own (default 4)
  --seed N         another world and other readers for each number (default 1)
  --json FILE      also writes everything to FILE
  --help           this text

Readers react to a page the more, the more of its posts the served order would have put onto it. Half of the reads are by those who have the treatment, so that a stage of 1 % does not
take hours. The bad weights turn the order of the served model round; the good ones change it a
little. The bad model is the served one with the signs of its last layer turned, the good one is a
little surer of itself; a ranker with both runs beside the product. What stops a rollout, and when, is the product's own decision; the bench reads and reacts.`;

export interface RolloutOptions {
  readonly users: number;
  readonly inFlight: number;
  readonly rate: number;
  readonly only: string;
  readonly bakeMs: number;
  readonly limitMs: number;
  readonly kills: number;
  readonly isolates: number;
  readonly seed: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  users: text,
  "in-flight": text,
  rate: text,
  only: text,
  bake: text,
  minutes: text,
  kills: text,
  isolates: text,
  seed: text,
  json: text,
};

/** @throws FlagError */
export function rolloutOptions(args: readonly string[]): RolloutOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  return {
    users: whole("users", 1_500, 200, 20_000),
    inFlight: whole("in-flight", 6, 1, 64),
    rate: whole("rate", 15, 1, 1_000),
    only: textFlag(flags, "only") ?? "",
    bakeMs: whole("bake", 5, 1, 600) * 1_000,
    limitMs: whole("minutes", 10, 1, 60) * 60_000,
    kills: whole("kills", 10, 0, 200),
    isolates: whole("isolates", 4, 1, 16),
    seed: whole("seed", 1, 0, 2 ** 31),
    json: textFlag(flags, "json") ?? null,
  };
}
