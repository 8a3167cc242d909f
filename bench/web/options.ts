import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";

export const HELP = `Opens the built web app in Chromium, as a phone on a slow line does.

  npm run bench -- web [options]

  --runs N         visits of each kind; the table has their medians (default 5)
  --users N        people of the demo world that is read (default 120)
  --cpu N          how many times slower the processor is made (default 4)
  --kbps N         download speed, kilobits a second (default 1638); upload is 750
  --rtt N          round trip, ms (default 150)
  --json FILE      also writes everything to FILE
  --help           this text

Chromium is /usr/bin/chromium, or $CHROMIUM.`;

export interface WebOptions {
  readonly runs: number;
  readonly users: number;
  readonly cpu: number;
  readonly kbps: number;
  readonly rttMs: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;

export function webOptions(args: readonly string[]): WebOptions {
  const flags = readFlags(args, {
    runs: text,
    users: text,
    cpu: text,
    kbps: text,
    rtt: text,
    json: text,
  });
  const among = (name: string, fallback: number, min: number, max: number): number =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  return {
    runs: among("runs", 5, 1, 50),
    users: among("users", 120, 30, 2_000),
    cpu: among("cpu", 4, 1, 20),
    kbps: among("kbps", 1_638, 50, 100_000),
    rttMs: among("rtt", 150, 0, 2_000),
    json: textFlag(flags, "json") ?? null,
  };
}
