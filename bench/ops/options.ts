import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";

export const HELP = `The operators' dashboard over the built product with a day of history in every region.

  npm run bench -- ops [options]

  --calls N        of each part of the API, one after the other (default 200)
  --visits N       openings of the overview in Chromium (default 20)
  --json FILE      also writes everything to FILE
  --help           this text

A day is 1,440 minutes, their rows of five and of sixty, with every counter and time, and 500 changes of the level. It is
written into the objects' own tables while the product is stopped.
Chromium is /usr/bin/chromium, or $CHROMIUM.`;

export interface OpsOptions {
  readonly calls: number;
  readonly visits: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;

/** @throws FlagError */
export function opsOptions(args: readonly string[]): OpsOptions {
  const flags = readFlags(args, { calls: text, visits: text, json: text });
  return {
    calls: numberFlag(flags, "calls", { min: 10, max: 10_000 }) ?? 200,
    visits: numberFlag(flags, "visits", { min: 1, max: 1_000 }) ?? 20,
    json: textFlag(flags, "json") ?? null,
  };
}
