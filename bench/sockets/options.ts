import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";

export const HELP = `Viewers that listen, a steady rate of news, and a storm: everybody drops at once
while the news goes on and every object loses its memory. Says what was lost.

  npm run bench -- sockets [options]

  --viewers N        connected viewers (default 5000)
  --buckets N        objects that hold them (default 4)
  --ramp N           viewers that begin to connect in a second (default 500)
  --seconds N        seconds of news; the storm is in the middle (default 20)
  --tells N          calls of buckets a second (default 20)
  --named N          viewers that each call names (default 100)
  --json FILE        also writes everything to FILE
  --help             this text`;

export interface SocketsOptions {
  readonly viewers: number;
  readonly buckets: number;
  readonly rampPerSecond: number;
  readonly seconds: number;
  readonly tellsPerSecond: number;
  readonly named: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  viewers: text,
  buckets: text,
  ramp: text,
  seconds: text,
  tells: text,
  named: text,
  json: text,
};

/** @throws FlagError */
export function socketsOptions(args: readonly string[]): SocketsOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  return {
    viewers: whole("viewers", 5_000, BOUNDS.socketsMax),
    buckets: whole("buckets", 4, BOUNDS.socketBucketsMax),
    rampPerSecond: whole("ramp", 500, 10_000),
    seconds: whole("seconds", 20, BOUNDS.roundSecondsMax),
    tellsPerSecond: whole("tells", 20, 1_000),
    named: whole("named", 100, 1_000),
    json: textFlag(flags, "json") ?? null,
  };
}
