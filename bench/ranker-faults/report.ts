import { percentile } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { Sample } from "./load.ts";
import { isMachineLate, type Stall } from "./machine.ts";
import type { RankerFaultsOptions } from "./options.ts";
import type { Outcome } from "./run.ts";

export function reportOf(
  options: RankerFaultsOptions,
  outcomes: readonly Outcome[],
  stalls: readonly Stall[],
) {
  const lines = outcomes.map((outcome) => lineOf(outcome, options, stalls));
  return {
    bench: "ranker-faults",
    options,
    /** Of the machine, ms: what nobody in this bench could help. */
    stalls: { over50: stalls.filter(({ ms }) => ms > 50).length, maxMs: maxOf(stalls) },
    lines,
    isMet: lines.every(
      ({ lateItself, untrue, mostProbes }) => lateItself + untrue === 0 && mostProbes <= 3,
    ),
  };
}
const maxOf = (stalls: readonly Stall[]): number =>
  stalls.reduce((most, { ms }) => Math.max(most, ms), 0);

export type Report = ReturnType<typeof reportOf>;

function lineOf(
  { stage, samples, startMs, faultMs, healedMs, transitions, seenMs }: Outcome,
  { budgetMs }: RankerFaultsOptions,
  stalls: readonly Stall[],
) {
  const late = samples.filter(({ tookMs }) => tookMs > budgetMs);
  const during = samples.filter(({ dueMs }) => dueMs >= faultMs && dueMs < healedMs);
  const after = samples.filter(({ dueMs }) => dueMs >= healedMs);
  const ranked = after.filter(({ mode }) => mode === "ranked");
  const periods = halfOpenPeriods(transitions, seenMs);
  return {
    scenario: stage.scenario.name,
    requests: samples.length,
    late: late.length,
    /** Without those that were late by no more than the machine stalled. */
    lateItself: late.filter((sample) => !isMachineLate(sample, budgetMs, stalls)).length,
    untrue: samples.filter(({ isTrue }) => !isTrue).length,
    p50Ms: percentile(tooks(during), 0.5),
    p99Ms: percentile(tooks(during), 0.99),
    during: sharesOf(during, ({ mode }) => mode),
    reasons: sharesOf(
      during.filter(({ mode }) => mode !== "ranked"),
      ({ reason }) => reason,
    ),
    /** Seconds after the fault was over until the first answer by a ranker, if there were none before. */
    backAfterSeconds: ((ranked[0]?.dueMs ?? Number.NaN) - healedMs) / 1_000,
    rankedAtLast: sharesOf(samples.slice(-100), ({ mode }) => mode)["ranked"] ?? 0,
    transitions: transitions.map(({ backend, from, to, atMs }) => ({
      server: stage.servers.indexOf(backend),
      from,
      to,
      atSeconds: (atMs - startMs) / 1_000,
    })),
    probes: periods,
    mostProbes: Math.max(0, ...periods),
    seenWhileOpen: seenWhileOpen(transitions, seenMs),
  };
}
type Line = ReturnType<typeof lineOf>;

const tooks = (samples: readonly Sample[]): number[] => samples.map(({ tookMs }) => tookMs);

function sharesOf(
  samples: readonly Sample[],
  nameOf: (sample: Sample) => string,
): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const sample of samples)
    shares[nameOf(sample)] = (shares[nameOf(sample)] ?? 0) + 1 / samples.length;
  return shares;
}

/** How long a call that is under way may take to arrive, and how far apart a clock may read. */
const SLACK_MS = 60;

/** Requests that a server got in each of its half-open periods. */
function halfOpenPeriods(
  transitions: Outcome["transitions"],
  seenMs: Outcome["seenMs"],
): readonly number[] {
  return transitions.flatMap(({ backend, to, atMs }, place) => {
    if (to !== "half-open") return [];
    const end = transitions.slice(place + 1).find((next) => next.backend === backend);
    const seen = seenMs[backend] ?? [];
    return [seen.filter((ms) => ms >= atMs && ms <= (end?.atMs ?? Infinity)).length];
  });
}

/** Requests that servers got while they were open, without those that were under way. */
function seenWhileOpen(transitions: Outcome["transitions"], seenMs: Outcome["seenMs"]): number {
  return transitions
    .map(({ backend, to, atMs }, place) => {
      if (to !== "open") return 0;
      const end = transitions.slice(place + 1).find((next) => next.backend === backend);
      const seen = seenMs[backend] ?? [];
      return seen.filter((ms) => ms > atMs + SLACK_MS && ms < (end?.atMs ?? Infinity)).length;
    })
    .reduce((sum, count) => sum + count, 0);
}

const percent = (share: number): string => `${digits(100 * share, share < 0.01 ? 1 : 0)} %`;
const listOf = (shares: Readonly<Record<string, number>>): string =>
  Object.entries(shares)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${percent(share)}`)
    .join(", ");

export function reportText({ options, lines, stalls, isMet }: Report): string {
  const { ratePerSecond, rows, budgetMs, isolates, beforeSeconds, ratio } = options;
  return [
    "",
    `${ratePerSecond} requests a second per scenario, ${rows} candidates, ${budgetMs} ms each, ${isolates} isolates of the proxy, 2 rankers;`,
    `fault after ${beforeSeconds} s; breaker ${ratio === null ? "as specified" : `with a minimum ratio of ${ratio}`}. Latencies as callers saw them, during the fault.`,
    `Others use this machine: it kept a ready thread waiting over 50 ms ${stalls.over50} times, ${digits(stalls.maxMs, 0)} ms at most. "Late itself" leaves out what was late by no more than that.`,
    "",
    table(
      [
        "fault",
        "requests",
        "late",
        "late itself",
        "mislabelled",
        "p50 ms",
        "p99 ms",
        "back after s",
        "ranked at last",
      ],
      lines.map((line) => [
        line.scenario,
        String(line.requests),
        String(line.late),
        String(line.lateItself),
        String(line.untrue),
        digits(line.p50Ms, 0),
        digits(line.p99Ms, 0),
        digits(line.backAfterSeconds, 1),
        percent(line.rankedAtLast),
      ]),
    ),
    "",
    "During the fault, who answered, and why no better rung:",
    "",
    ...lines.map((line) => `  ${line.scenario}: ${listOf(line.during)}${whyOf(line)}`),
    "",
    "Breakers of the region, by server, seconds since the start; probes a half-open period let through:",
    "",
    ...lines.map((line) => `  ${line.scenario}: ${breakersOf(line)}`),
    "",
    `Every request in time and truly labelled, and at most 3 probes: ${isMet ? "met" : "missed"}.`,
    "",
  ].join("\n");
}

const whyOf = ({ reasons }: Line): string => {
  const why = listOf(reasons);
  return why === "" ? "" : `  (${why})`;
};

function breakersOf({ transitions, probes, seenWhileOpen: strays }: Line): string {
  if (transitions.length === 0) return "closed all the time";
  const moves = transitions.map(
    ({ server, to, atSeconds }) => `${"ab"[server] ?? "?"} ${to} ${digits(atSeconds, 1)}`,
  );
  return `${moves.join(", ")}; probes ${probes.join(", ") || "none"}; requests while open ${strays}`;
}
