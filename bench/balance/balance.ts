import { writeFile } from "node:fs/promises";

import { digits, table } from "../report/table.ts";
import { bucketFindings, stickyFindings } from "./buckets.ts";
import type { Finding } from "./finding.ts";
import { balanceOptions } from "./options.ts";
import { poolFindings } from "./pools.ts";
import { leaderFindings, regionFindings } from "./regions.ts";
import { followerFindings, serverFindings } from "./servers.ts";

/** What every level makes of a change. */
export const findings = (people: number, seconds: number, seed: number): Finding[] => [
  ...regionFindings(people, seed),
  ...poolFindings(10 * seconds),
  ...serverFindings(seconds, seed),
  ...followerFindings(seconds, seed),
  ...bucketFindings(people, seed),
  ...stickyFindings(people, seed),
  ...leaderFindings(),
];

/** @returns the exit code. */
export async function balance(args: readonly string[]): Promise<number> {
  const options = balanceOptions(args);
  const found = findings(options.people, options.seconds, options.seed);
  console.log(balanceText(found));
  if (options.json !== null)
    await writeFile(options.json, `${JSON.stringify({ options, found }, null, 2)}\n`);
  return 0;
}

const percent = (share: number | undefined): string =>
  share === undefined ? "" : `${digits(100 * share, 2)} %`;

function balanceText(found: readonly Finding[]): string {
  const levels = [...new Set(found.map(({ level }) => level))];
  const rows = levels.flatMap((level) => [
    [level, "", "", "", "", "", ""],
    ...found
      .filter((finding) => finding.level === level)
      .map(({ change, deviation, chiSquare, moved, least, balancedAfterMs, note = "" }) => [
        `  ${change}`,
        percent(deviation),
        chiSquare === undefined ? "" : digits(chiSquare, 2),
        percent(moved),
        percent(least),
        balancedAfterMs === undefined ? "" : `${digits(balancedAfterMs / 1_000, 1)} s`,
        note,
      ]),
  ]);
  const head = ["", "max deviation", "chi²/df", "moved", "least", "even after", ""];
  return table(head, rows);
}
