import { percentile } from "./findings.ts";
import type { DrillResult } from "./run.ts";

/** How many of what went wrong are named. */
const NAMED = 5;

export const isClean = (result: DrillResult): boolean =>
  faultsOf(result).every(([, found]) => found.length === 0);

const faultsOf = (result: DrillResult): readonly (readonly [string, readonly string[]])[] => [
  ["acknowledged writes lost", result.lost],
  ["versions used twice", result.duplicated],
  ["seqs without a record", result.missingSeqs],
  ["followers wrong", result.followersWrong],
  ["lists wrong at the leader", result.listsWrong],
  ["inverse edges missing", result.inversesMissing],
];

/** A table of one column, and the first of what went wrong by name. */
export function reportOf(result: DrillResult): string {
  const { recoveryMs, settledMs } = result;
  const rows: (readonly [string, string])[] = [
    [`kill -9 of the ${result.target}, profile ${result.profile}`, `${result.kills}`],
    ["writes acknowledged", `${result.acknowledged}`],
    ["  after an unknown outcome", `${result.unknown}`],
    ["  of those found committed", `${result.replayed}`],
    ...faultsOf(result).map(([name, found]) => [name, `${found.length}`] as const),
    ["recovery, ms, p50 / max", `${percentile(recoveryMs, 0.5)} / ${percentile(recoveryMs, 1)}`],
    [
      "followers right after, ms, p50 / max",
      `${percentile(settledMs, 0.5)} / ${percentile(settledMs, 1)}`,
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  const named = faultsOf(result).flatMap(([name, found]) =>
    found.slice(0, NAMED).map((one) => `  ${name}: ${one}`),
  );
  return [...lines, ...named].join("\n");
}
