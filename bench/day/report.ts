import type { Level } from "../../core/degradation/levels.ts";
import { percentile } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { DayOptions } from "./options.ts";
import type { Sample, Told } from "./sample.ts";

/** What happened when, Unix ms. */
export interface PhaseTimes {
  readonly name: string;
  readonly level: Level | null;
  readonly startMs: number;
  readonly strikeMs: number;
  readonly healMs: number;
  readonly endMs: number;
  /** Whether level 0 was met for a while at its end: otherwise the next phase begins with what this one left. */
  readonly cameBack: boolean;
}

export interface Change {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

export interface Day {
  readonly options: DayOptions;
  readonly phases: readonly PhaseTimes[];
  readonly samples: readonly Sample[];
  readonly told: readonly Told[];
  /** Of the region's controller. */
  readonly changes: readonly Change[];
  readonly region: string;
  readonly lost: { readonly acknowledged: number; readonly missing: readonly string[] };
}

const SECOND_MS = 1_000;
/** Kept from a user who met this: the request had no good answer. */
const isServed = ({ status }: Sample): boolean => status >= 200 && status < 300;
const isWrite = ({ kind }: Sample): boolean => kind === "write" || kind === "like";

/** What most answers of each second said. -1: there was none. */
export function levelsBySecond(
  samples: readonly Sample[],
  region: string,
  fromMs: number,
  toMs: number,
): number[] {
  const seconds = Math.max(0, Math.ceil((toMs - fromMs) / SECOND_MS));
  const counts = Array.from({ length: seconds }, () => new Map<number, number>());
  for (const sample of samples) {
    const second = Math.floor((sample.dueMs + sample.tookMs - fromMs) / SECOND_MS);
    if (sample.region !== region || sample.level < 0) continue;
    const said = counts[second];
    said?.set(sample.level, (said.get(sample.level) ?? 0) + 1);
  }
  return counts.map((said) => {
    const most = [...said].toSorted(([, a], [, b]) => b - a)[0];
    return most?.[0] ?? -1;
  });
}

/** One phase as users of the region met it. */
export function phaseLine(day: Omit<Day, "phases" | "lost">, phase: PhaseTimes) {
  const { strikeMs, healMs, endMs } = phase;
  const own = day.samples.filter(
    ({ region, dueMs }) => region === day.region && dueMs >= strikeMs && dueMs < endMs,
  );
  const during = own.filter(({ dueMs }) => dueMs < healMs);
  const reads = during.filter((sample) => !isWrite(sample));
  const writes = during.filter(isWrite);
  // What an earlier phase left behind is nothing that this one was found out by.
  const before = day.samples.findLast(
    ({ region, level, dueMs, tookMs }) =>
      region === day.region && level >= 0 && dueMs + tookMs < strikeMs,
  );
  const beganAt = before?.level ?? 0;
  let least = beganAt;
  const detected = own.find(({ level }) => {
    if (level >= 0) least = Math.min(least, level);
    return level > least;
  });
  const lastDegraded = own.findLast(({ level }) => level > 0);
  const levels = levelsBySecond(day.samples, day.region, strikeMs, endMs).filter((at) => at >= 0);
  const steps = levels.filter((level, n) => n > 0 && level !== levels[n - 1]).length;
  const changes = day.changes.filter(({ atMs }) => atMs >= strikeMs && atMs < endMs);
  return {
    name: phase.name,
    cameBack: phase.cameBack,
    expected: phase.level,
    asked: during.length,
    readsServed: reads.filter(isServed).length / reads.length,
    writesServed: writes.filter(isServed).length / writes.length,
    readP50Ms: percentile(tooks(reads.filter(isServed)), 0.5),
    readP99Ms: percentile(tooks(reads.filter(isServed)), 0.99),
    writeP99Ms: percentile(tooks(writes.filter(isServed)), 0.99),
    refusals: sharesOf(
      during.filter((sample) => !isServed(sample)),
      ({ status, code }) => code || String(status),
    ),
    modes: sharesOf(
      during.filter(({ kind, mode }) => kind === "feed" && mode !== ""),
      ({ mode, reason }) => `${mode} (${reason})`,
    ),
    told: day.told
      .filter(({ atMs, told }) => atMs >= strikeMs && atMs < endMs && told !== "")
      .map(({ told }) => told),
    /** The level just before the fault: 0, unless an earlier one was not over. */
    beganAt,
    highest: Math.max(0, ...levels),
    detectedMs: detected === undefined ? Number.NaN : detected.dueMs + detected.tookMs - strikeMs,
    /** From the end of the fault until the last answer that said it was degraded. */
    backMs:
      lastDegraded === undefined ? Number.NaN : lastDegraded.dueMs + lastDegraded.tookMs - healMs,
    /** Times that what users met changed; a level that comes and goes once changes twice. */
    steps,
    changes: changes.map(({ atMs, from, to, reason }) => ({
      atSeconds: (atMs - strikeMs) / SECOND_MS,
      from,
      to,
      reason,
    })),
  };
}
export type PhaseLine = ReturnType<typeof phaseLine>;

/** No level was entered twice: it may rise by steps and fall by steps, but not begin again. */
export function isFlapping({ changes }: PhaseLine): boolean {
  const entered = changes.filter(({ from, to }) => to > from).map(({ to }) => to);
  return new Set(entered).size < entered.length;
}

const isMetBy = (line: PhaseLine): boolean =>
  line.cameBack && (line.expected === null || line.highest === line.expected) && !isFlapping(line);

export function reportOf(day: Day) {
  const lines = day.phases.map((phase) => phaseLine(day, phase));
  const { acknowledged, missing } = day.lost;
  return {
    bench: "day",
    options: day.options,
    lines,
    lost: { acknowledged, missing: missing.length },
    isMet: missing.length === 0 && lines.every(isMetBy),
  };
}
export type Report = ReturnType<typeof reportOf>;

const tooks = (samples: readonly Sample[]): number[] => samples.map(({ tookMs }) => tookMs);

function sharesOf(samples: readonly Sample[], nameOf: (sample: Sample) => string): string {
  const counts = new Map<string, number>();
  for (const sample of samples) counts.set(nameOf(sample), (counts.get(nameOf(sample)) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${percent(count / samples.length)}`)
    .join(", ");
}

const percent = (share: number): string =>
  Number.isFinite(share) ? `${digits(100 * share, share > 0.995 && share < 1 ? 2 : 1)} %` : "–";
const seconds = (ms: number): string => (Number.isFinite(ms) ? `${digits(ms / 1_000, 1)} s` : "–");

export const changeText = ({ atSeconds, from, to, reason }: PhaseLine["changes"][number]): string =>
  `${digits(atSeconds, 1)} s: level ${from} to ${to}: ${reason}`;

const backText = ({ cameBack, backMs }: PhaseLine): string =>
  cameBack ? seconds(backMs) : `over ${seconds(backMs)}`;

const levelText = ({ beganAt, expected, highest }: PhaseLine): string =>
  `${highest}${expected === null ? "" : ` of ${expected}`}${beganAt > 0 ? `, from ${beganAt}` : ""}`;

/** For whoever waits for the rest. */
export const oneLine = (line: PhaseLine): string =>
  [
    `level ${levelText(line)}, met after ${seconds(line.detectedMs)}, back after ${backText(line)}`,
    `reads served ${percent(line.readsServed)}, p99 ${digits(line.readP99Ms, 0)} ms`,
    `writes served ${percent(line.writesServed)}`,
  ].join("; ");

export function reportText(report: Report): string {
  const head = [
    "users of the region",
    "level",
    "met after",
    "back after",
    "reads served",
    "p50 ms",
    "p99 ms",
    "writes served",
    "p99 ms",
    "entered",
    "flaps",
  ];
  const rows = report.lines.map((line) => [
    line.name,
    levelText(line),
    seconds(line.detectedMs),
    backText(line),
    percent(line.readsServed),
    digits(line.readP50Ms, 0),
    digits(line.readP99Ms, 0),
    percent(line.writesServed),
    digits(line.writeP99Ms, 0),
    line.changes
      .filter(({ from, to }) => to > from)
      .map(({ to }) => to)
      .join(" ") || "–",
    isFlapping(line) ? "yes" : "no",
  ]);
  const said = report.lines.map((line) =>
    [
      line.name,
      ...(line.modes === "" ? [] : [`  feeds: ${line.modes}`]),
      ...(line.refusals === "" ? [] : [`  not served: ${line.refusals}`]),
      ...[...new Set(line.told)].map((told) => `  told: ${told}`),
      ...line.changes.map((change) => `  ${changeText(change)}`),
    ].join("\n"),
  );
  const { acknowledged, missing } = report.lost;
  const breaker =
    report.options.ratio === "off"
      ? "five failures, as specified"
      : `five failures that are ${percent(Number(report.options.ratio))} of the calls`;
  return `A ranker's breaker opens after ${breaker}.\n\n${table(head, rows)}\n\n${said.join("\n")}\n\nAcknowledged writes that were lost: ${missing} of ${acknowledged}\n`;
}
