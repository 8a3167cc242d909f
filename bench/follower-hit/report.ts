import { type Measured, summary } from "../measure/rounds.ts";
import { digits, table } from "../report/table.ts";
import type { FollowerHitOptions } from "./options.ts";

/** CPU of a hit over that of a bare call with the same payload. */
const RATIO_TARGET = 1.5;

export interface Pair {
  readonly shape: string;
  /** Characters of the answer as JSON. */
  readonly chars: number;
  readonly follower: Measured;
  readonly bare: Measured;
}

export function reportOf(options: FollowerHitOptions, pairs: readonly Pair[]) {
  const lines = pairs.map(({ shape, chars, follower, bare }) => {
    const [hit, floor] = [summary(follower), summary(bare)];
    return {
      shape,
      chars,
      hit,
      bare: floor,
      ratio: hit.cpuMsPerRead.min / floor.cpuMsPerRead.min,
      noisyRounds: [...follower.rounds, ...bare.rounds].filter(({ isNoisy }) => isNoisy).length,
      failed: [...follower.rounds, ...bare.rounds].reduce((sum, { refused }) => sum + refused, 0),
    };
  });
  return {
    bench: "follower-hit",
    options,
    target: RATIO_TARGET,
    isMet: lines.every(({ ratio }) => ratio <= RATIO_TARGET),
    lines,
  };
}
export type Report = ReturnType<typeof reportOf>;

export function reportText({ options, lines, target, isMet }: Report): string {
  const micro = (ms: number) => digits(ms * 1_000, 1);
  return [
    "",
    `CPU of one call, caller included, µs: ${options.rounds} rounds of ${options.seconds} s each in turn, ${options.connections} calls in flight.`,
    "",
    table(
      [
        "answer",
        "JSON chars",
        "hit min",
        "median",
        "bare min",
        "median",
        "ratio",
        "noisy",
        "failed",
      ],
      lines.map(({ shape, chars, hit, bare, ratio, noisyRounds, failed }) => [
        shape,
        String(chars),
        micro(hit.cpuMsPerRead.min),
        micro(hit.cpuMsPerRead.median),
        micro(bare.cpuMsPerRead.min),
        micro(bare.cpuMsPerRead.median),
        digits(ratio, 2),
        `${noisyRounds}/${2 * options.rounds}`,
        String(failed),
      ]),
    ),
    "",
    `Ratio of the minima at most ${target}: ${isMet ? "met" : "missed"}.`,
    "",
  ].join("\n");
}
