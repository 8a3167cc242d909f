import { FlagError, numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";

export const HELP = `A day of traffic over the built product, in which its dependencies fail in turn.

  npm run bench -- day [options]

  --users N          people who read and write (default 600)
  --reads N          reads a second at noon (default 24)
  --writes N         writes a second at noon (default 18)
  --fault-seconds N  how long each fault lasts (default 40)
  --ratio N          share of a ranker's calls that must fail, too, before its breaker opens: 0 to 1, or off, which
                     is the specification's bare count of five (default 0.5: on a machine that everything
                     shares, one stall is five calls late, and a calm hour would be none)
  --only TEXT        only phases whose name contains TEXT
  --seed N           another world and other people for each number (default 1)
  --plot FILE        also draws the day as a page of plots
  --json FILE        also writes everything to FILE
  --help             this text

A real ranker and a real Redis stand beside the product, and are slowed and killed; what is inside the
product fails by the same switches as in a drill. All regions are in one runtime; the region that
suffers is us-east, which has most of the traffic. Each phase is an hour of the day: traffic follows
a day's curve, and clocks are those of the product. A phase begins, its fault strikes after some calm,
lasts, is healed, and the phase ends when users of the region have met level 0 for a while. Two cores do
the usual rates with half of one to spare; with twice as many, evenings alone are an overload.`;

export interface DayOptions {
  readonly users: number;
  /** A second, at noon. */
  readonly reads: number;
  readonly writes: number;
  readonly faultMs: number;
  readonly ratio: string;
  readonly only: string;
  readonly seed: number;
  readonly plot: string | null;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = {
  users: text,
  reads: text,
  writes: text,
  "fault-seconds": text,
  ratio: text,
  only: text,
  seed: text,
  plot: text,
  json: text,
};

/** @throws FlagError */
export function dayOptions(args: readonly string[]): DayOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max }) ?? fallback;
  return {
    users: whole("users", 600, 50, 5_000),
    reads: whole("reads", 24, 5, 1_000),
    writes: whole("writes", 18, 1, 200),
    faultMs: whole("fault-seconds", 40, 10, 600) * 1_000,
    ratio: ratioIn(textFlag(flags, "ratio") ?? "0.5"),
    only: textFlag(flags, "only") ?? "",
    seed: whole("seed", 1, 0, 2 ** 31),
    plot: textFlag(flags, "plot") ?? null,
    json: textFlag(flags, "json") ?? null,
  };
}

/** As `BREAKER_FAILURE_RATIO` has it: said here, before anything is started. */
function ratioIn(given: string): string {
  if (given === "off") return given;
  const ratio = Number(given);
  if (!(ratio > 0 && ratio <= 1))
    throw new FlagError(`--ratio must be off, or over 0 and at most 1, not "${given}".`);
  return given;
}
