import { faultsOf } from "./faults.ts";
import type { Findings } from "./findings.ts";
import type { LagRow } from "./lags.ts";
import { RULES } from "./oracle.ts";
import type { RunResult } from "./run.ts";

export interface Demands {
  /** Candidates that each rule must have removed. */
  readonly minRemoved: number;
  /** Of the pages compared, how many must have come from the cache, as a share. */
  readonly minFromCache: number;
  readonly withFaults: boolean;
}

/** What a run lacks that would make it count; none: it counts. */
export function shortcomings(
  { profile, compared, faults, users }: RunResult,
  { minRemoved, minFromCache, withFaults }: Demands,
): readonly string[] {
  const few = RULES.filter((rule) => compared.removed[rule] < minRemoved).map(
    (rule) => `${rule} removed ${compared.removed[rule]} candidates, of ${minRemoved} demanded`,
  );
  const share = compared.pages === 0 ? 0 : compared.fromCache / compared.pages;
  return [
    ...few,
    ...(share < minFromCache
      ? [`${percent(share)} of the pages came from the cache, of ${percent(minFromCache)} demanded`]
      : []),
    ...(compared.feeds < users ? ["not every feed was compared"] : []),
    ...(withFaults
      ? faultsOf(profile)
          .filter((fault) => faults[fault] === 0 && fault !== "runtime killed")
          .map((fault) => `nothing of this kind happened: ${fault}`)
      : []),
  ];
}

export function reportOf(result: RunResult): string {
  const { compared, faults, done, findings, readings } = result;
  const lines = [
    `Seed ${result.seed}, ${result.profile}, ${result.seconds.toFixed(0)} s.`,
    "",
    `${n(result.users)} users, ${n(result.posts)} posts at the end, ${n(result.operations)} operations:`,
    `  ${Object.entries(done)
      .map(([kind, times]) => `${kind} ${times}`)
      .join(", ")}`,
    `  refused ${result.refused}, outcome open for a while ${result.doubted}, reads not answered ${result.failedReads}`,
    `Faults: ${Object.entries(faults)
      .map(([fault, times]) => `${fault} ${times}`)
      .join(", ")}`,
    "",
    `At ${result.checkpoints} checkpoints:`,
    `  ${n(compared.feeds)} feeds compared, each read five times; ${n(compared.pages)} pages, ${n(compared.items)} posts, and ${n(compared.ranked)} posts of ranked feeds`,
    `  ${n(compared.fromCache)} pages (${percent(compared.fromCache / Math.max(1, compared.pages))}) came from the cache; ${n(compared.kept)} of them from entries that pushes had kept up to date; the slowest page took ${n(compared.slowestMs)} ms`,
    `  candidates removed at the last one: ${RULES.map((rule) => `${rule} ${n(compared.removed[rule])}`).join(", ")}`,
    `  numbers or reactions that were behind: ${compared.stale}${compared.staleTold === null ? "" : ` (${compared.staleTold})`}`,
    "",
    `While it all changed:`,
    `  ${n(readings.pages)} pages read by others, ${percent(readings.fromCache / Math.max(1, readings.pages))} from the cache; ${n(result.judged)} posts judged, ${n(result.undecided)} undecided`,
    `  ${n(result.ownReads)} times somebody looked at their own write at once`,
    "",
    "From a revocation to the first answer without it, ms (followed through each layer):",
    ...tableOf(result.gone.rows()),
    "",
    "Served after a revocation to other readers, ms after it:",
    ...tableOf(result.late.rows()),
    "",
    verdictOf(findings),
    ...findings.told.map(({ kind, what }) => `  ${kind}: ${what}`),
  ];
  return lines.join("\n");
}

function verdictOf(findings: Findings): string {
  const counts = [...findings.counts].map(([kind, times]) => `${kind} ${times}`);
  return counts.length === 0
    ? "No leak, no hole, no repeat, nothing in a wrong place."
    : `FOUND: ${counts.join(", ")}`;
}

function tableOf(rows: readonly LagRow[]): readonly string[] {
  if (rows.length === 0) return ["  none"];
  const width = Math.max(...rows.map(({ of }) => of.length));
  const cell = (value: number | string) => String(value).padStart(8);
  return [
    `  ${"".padEnd(width)}${["n", "p50", "p95", "p99", "max"].map(cell).join("")}`,
    ...rows.map(
      ({ of, n: count, p50, p95, p99, max }) =>
        `  ${of.padEnd(width)}${[count, p50, p95, p99, max].map(cell).join("")}`,
    ),
  ];
}

const n = (value: number): string => value.toLocaleString("en");
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
