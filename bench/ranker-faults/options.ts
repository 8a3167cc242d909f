import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";

export const HELP = `The ranking proxy in the real runtime, under load, while its rankers are killed, hang, are
slow, fail, talk nonsense, refuse, drain and come back. Rankers are stubs: this is about the proxy.

  npm run bench -- ranker-faults [options]

  --product          feed requests to the whole product instead, over real rankers: --rows is then the
                     posts that a feed ranks, at most 60, and --isolates does not count
  --only TEXT        only scenarios whose name contains it
  --rate N           requests a second of each scenario, open loop (default 20)
  --rows N           candidates of a request (default 100)
  --budget N         ms that a caller waits (default 150, with --product 1000)
  --isolates N       isolates of the proxy in each region (default 3)
  --before N         seconds without a fault first (default 5)
  --fault N          seconds of the fault (default 15)
  --after N          seconds without it again: a breaker is open for 30 (default 45)
  --at-once N        scenarios that run at a time, each in a region of its own (default 5)
  --ratio N          minimum share of failures, 0 to 1 (default: none, as specified)
  --json FILE        also writes everything to FILE
  --help             this text`;

export interface RankerFaultsOptions {
  readonly product: boolean;
  readonly only: string;
  readonly ratePerSecond: number;
  readonly rows: number;
  readonly budgetMs: number;
  readonly isolates: number;
  readonly beforeSeconds: number;
  readonly faultSeconds: number;
  readonly afterSeconds: number;
  readonly atOnce: number;
  readonly ratio: number | null;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  product: { type: "boolean" } as const,
  only: text,
  rate: text,
  rows: text,
  budget: text,
  isolates: text,
  before: text,
  fault: text,
  after: text,
  "at-once": text,
  ratio: text,
  json: text,
};

/** @throws FlagError */
export function rankerFaultsOptions(args: readonly string[]): RankerFaultsOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  const product = flags.get("product") === true;
  return {
    product,
    only: textFlag(flags, "only") ?? "",
    ratePerSecond: whole("rate", 20, 1_000),
    rows: whole("rows", 100, BOUNDS.candidatesMax),
    budgetMs: whole("budget", product ? 1_000 : 150, 5_000),
    isolates: whole("isolates", 3, 16),
    beforeSeconds: whole("before", 5, 600),
    faultSeconds: whole("fault", 15, 600),
    afterSeconds: whole("after", 45, 600),
    atOnce: whole("at-once", 5, 32),
    ratio: numberFlag(flags, "ratio", { min: 0.001, max: 1, whole: false }) ?? null,
    json: textFlag(flags, "json") ?? null,
  };
}
