import { numberFlag, readFlags, textFlag } from "../../dev/operator/flags.ts";
import { BOUNDS } from "../bounds.ts";

export const HELP = `CPU of a follower's hit beside a bare object call that returns the same payload.

  npm run bench -- follower-hit [options]

  --rounds N         rounds per target (default 5)
  --seconds N        seconds per round (default 3)
  --width N          calls in flight at once (default 16)
  --foreign-max N    cores that others may use before a round is repeated (default 0.35)
  --json FILE        also writes everything to FILE
  --help             this text`;

export interface FollowerHitOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly foreignCoresMax: number;
  readonly json: string | null;
}

const text = { type: "string" } as const;
const FLAGS = { rounds: text, seconds: text, width: text, "foreign-max": text, json: text };

/** @throws FlagError */
export function followerHitOptions(args: readonly string[]): FollowerHitOptions {
  const flags = readFlags(args, FLAGS);
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  return {
    rounds: whole("rounds", 5, BOUNDS.roundsMax),
    seconds: whole("seconds", 3, BOUNDS.roundSecondsMax),
    connections: whole("width", 16, BOUNDS.connectionsMax),
    foreignCoresMax: numberFlag(flags, "foreign-max", { min: 0, max: 64, whole: false }) ?? 0.35,
    json: textFlag(flags, "json") ?? null,
  };
}
