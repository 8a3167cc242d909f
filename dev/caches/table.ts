import type { CacheLayer, CacheReport } from "../../core/telemetry/cache-layers.ts";

const HEADINGS = [
  "layer",
  "asked",
  "hits",
  "misses",
  "stale",
  "share",
  "at once",
  "target",
  "",
  "entries",
  "held",
  "served",
  "age",
] as const;

/** One table for all regions together, one for each that was asked anything, then what is away. */
export function tableOf(report: CacheReport, withRegions: boolean): string {
  const regions = withRegions
    ? report.regions.filter(({ layers }) => layers.some(({ asked }) => asked > 0))
    : [];
  return [
    rowsOf("all regions", report.layers),
    ...regions.map(({ region, layers }) => rowsOf(region, layers)),
    denominators(report.layers),
    ...(report.away.length === 0 ? [] : [awayOf(report.away)]),
  ].join("\n\n");
}

function rowsOf(title: string, layers: readonly CacheLayer[]): string {
  const table = [HEADINGS, ...layers.map(cellsOf)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return [title, ...lines].join("\n");
}

const cellsOf = (row: CacheLayer): readonly string[] => [
  `L${row.layer} ${row.name}`,
  whole(row.asked),
  whole(row.hits),
  whole(row.misses),
  whole(row.stale),
  row.share === null ? "-" : percent(row.share),
  row.shareAtOnce === null ? "" : percent(row.shareAtOnce),
  row.target === null
    ? ""
    : `${row.target.bound === "at least" ? ">=" : "<="} ${percent(row.target.share)}`,
  row.met === null ? "" : row.met ? "met" : "MISSED",
  row.entries === null ? "" : whole(row.entries),
  row.bytesHeld === null ? "" : bytes(row.bytesHeld),
  row.bytesServed === null ? "" : bytes(row.bytesServed),
  ageOf(row),
];

const denominators = (layers: readonly CacheLayer[]): string =>
  ["asked:", ...layers.map(({ layer, name, of }) => `  L${layer} ${name}: ${of}`)].join("\n");

const awayOf = (away: CacheReport["away"]): string =>
  [
    `not in the sums (${away.length}):`,
    ...away.map(({ part, region, why }) => `  ${part} ${region}: ${why}`),
  ].join("\n");

/** The mean, or the class that half of the answers are within. */
function ageOf({ meanAgeMs, ages }: CacheLayer): string {
  if (meanAgeMs !== null) return `${(meanAgeMs / 1_000).toFixed(1)} s`;
  const answers = ages.reduce((sum, one) => sum + one.answers, 0);
  if (answers === 0) return "";
  let within = 0;
  const half = ages.find((one) => (within += one.answers) * 2 >= answers);
  return half === undefined ? "" : `<= ${half.upToMs / 1_000} s`;
}

const whole = (n: number): string => Math.round(n).toLocaleString("en-US");
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const bytes = (n: number): string =>
  n < 1_000 ? `${n} B` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
