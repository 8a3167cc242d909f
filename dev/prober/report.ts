import type { ProberResult } from "./run.ts";
import { POLL_MS } from "./run.ts";
import { type HorizonTally, nines, percentile } from "./tally.ts";

const HEAD = [
  "after",
  "judged",
  "visible",
  "nines",
  "asked for",
  "behind",
  "marked",
  "away",
  "late",
];

/** Keeps every promise, and the prober saw enough to say so. */
export const isGreen = ({ horizons, lost, writes }: ProberResult): boolean =>
  lost.length === 0 && writes.acknowledged > 0 && horizons.every((tally) => tally.isKept);

export function reportOf(result: ProberResult, followers: string): string {
  const { acknowledged, unknown, refused, skipped } = result.writes;
  return [
    `writes     ${acknowledged} acknowledged, ${unknown} of unknown outcome, ${refused} refused, ${skipped} left out`,
    `followers  ${followers}`,
    "",
    ...table([HEAD, ...result.horizons.map(row)]),
    "",
    visibility(result),
    ...result.horizons.flatMap(({ horizon, names, counts }) =>
      names.length === 0
        ? []
        : [
            `behind at ${horizon.afterMs / 1_000} s, ${counts.behind} in all:`,
            ...names.map(indent),
          ],
    ),
    ...(result.lost.length === 0
      ? []
      : ["LOST: acknowledged, and the leader does not show it:", ...result.lost.map(indent)]),
    isGreen(result) ? "kept" : "BROKEN",
  ].join("\n");
}

function row(tally: HorizonTally): readonly string[] {
  const { horizon, counts, judged, share } = tally;
  return [
    `${horizon.afterMs / 1_000} s`,
    String(judged),
    Number.isNaN(share) ? "–" : `${percent(share)}`,
    nines(counts.behind, judged),
    percent(horizon.share),
    ...[counts.behind, counts.marked, counts.unreachable, counts.late].map(String),
  ];
}

/** Rounded down: 99.9999 % is never shown as all. */
const percent = (share: number): string => `${Math.floor(share * 1e6) / 1e4} %`;

function visibility({ visibleMs, neverSeen }: ProberResult): string {
  const sorted = visibleMs.toSorted((a, b) => a - b);
  const at = (share: number) => percentile(sorted, share).toFixed(0);
  const shares = `p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  max ${at(1)} ms`;
  const never = neverSeen === 0 ? "" : `; ${neverSeen} not seen while polling`;
  return `visible    ${shares} after the acknowledgement, one follower per write, polled every ${POLL_MS} ms (${sorted.length} writes${never})`;
}

const indent = (line: string): string => `  ${line}`;

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map((cells) =>
    cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "),
  );
}
