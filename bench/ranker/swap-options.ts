import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";

export const HELP = `The model server under load while models are swapped, a canary gets 10 % of viewers, and a
shadow scores beside: no request may fail, and the shadow must not show in the latency.

  npm run bench -- ranker-swap [options]

  --models FOLDER    versions, with the file current (default gpu-ranker/models)
  --rows N           candidates of a request (default 500)
  --rate N           requests a second, open loop (default 100)
  --seconds N        seconds of each line (default 10)
  --json FILE        also writes everything to FILE
  --help             this text`;

export interface SwapOptions {
  readonly models: string;
  readonly rows: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = { models: text, rows: text, rate: text, seconds: text, json: text };

/** @throws FlagError */
export function swapOptions(args: readonly string[]): SwapOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  return {
    models: textFlag(flags, "models") ?? "gpu-ranker/models",
    rows: whole("rows", 500, BOUNDS.candidatesMax),
    ratePerSecond: whole("rate", 100, 10_000),
    seconds: whole("seconds", 10, BOUNDS.roundSecondsMax),
    json: textFlag(flags, "json") ?? null,
  };
}
