import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";

export const HELP = `Balances people, calls and keys at all four levels, in simulated time.

  npm run bench -- balance [options]

  --people N    whose regions and buckets are worked out (default 50000)
  --seconds N   of calls to servers, simulated (default 60)
  --seed N      other people and other calls for each number (default 1)
  --json FILE   also writes everything to FILE
  --help        this text

It runs the functions of the product and nothing else: no server, no network, no clock. docs/balancing.md says
what each column is.`;

export interface BalanceOptions {
  readonly people: number;
  readonly seconds: number;
  readonly seed: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;

/** @throws FlagError */
export function balanceOptions(args: readonly string[]): BalanceOptions {
  const flags = readFlags(args, { people: text, seconds: text, seed: text, json: text });
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  return {
    people: whole("people", 50_000, 1_000, 1_000_000),
    seconds: whole("seconds", 60, 10, 600),
    seed: whole("seed", 1, 0, 2 ** 31),
    json: textFlag(flags, "json") ?? null,
  };
}
