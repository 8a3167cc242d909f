import { INFER_LIMITS } from "../../core/ranking/infer-limits.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { PROVIDERS, type Provider } from "../../gpu-ranker/src/model/profile.ts";
import { BOUNDS } from "../bounds.ts";

export const HELP = `The model server by itself: latency at rising concurrency with and without batches, its capacity,
and what half, all and twice of that gives with and without admission control.

  npm run bench -- ranker [options]

  --models FOLDER    versions, with the file current (default gpu-ranker/models)
  --ep PROVIDER      cpu (default), cuda, tensorrt or webgpu; no other is tried
  --rows N           candidates of a request (default 500)
  --threads N        threads of the model (default 1)
  --seconds N        seconds of each line (default 8)
  --json FILE        also writes everything to FILE
  --help             this text`;

export interface RankerOptions {
  readonly models: string;
  readonly provider: Provider;
  readonly rows: number;
  readonly threads: number;
  readonly seconds: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = { models: text, ep: text, rows: text, threads: text, seconds: text, json: text };

/** @throws FlagError */
export function rankerOptions(args: readonly string[]): RankerOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  const asked = textFlag(flags, "ep") ?? "cpu";
  const provider = PROVIDERS.find((one) => one === asked);
  if (provider === undefined)
    throw new FlagError(`--ep takes ${PROVIDERS.join(", ")}, not "${asked}"`);
  return {
    models: textFlag(flags, "models") ?? "gpu-ranker/models",
    provider,
    rows: whole("rows", 500, INFER_LIMITS.inferRowsMax),
    threads: whole("threads", 1, 64),
    seconds: whole("seconds", 8, BOUNDS.roundSecondsMax),
    json: textFlag(flags, "json") ?? null,
  };
}
