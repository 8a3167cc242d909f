import type { Breaker } from "../../core/resilience/breaker.ts";
import { SPECIFIED } from "../../core/resilience/limits.ts";
import type { SeenRequest } from "../../dev/stub-ranker.ts";
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
      ({ lateItself, untrue, mostProbes, wrong }) =>
        lateItself + untrue + wrong.length === 0 && mostProbes <= 3,
    ),
  };
}
const maxOf = (stalls: readonly Stall[]): number =>
  stalls.reduce((most, { ms }) => Math.max(most, ms), 0);

export type Report = ReturnType<typeof reportOf>;

function lineOf(outcome: Outcome, { budgetMs }: RankerFaultsOptions, stalls: readonly Stall[]) {
  const { stage, samples, startMs, faultMs, healedMs, transitions } = outcome;
  const late = samples.filter(({ tookMs }) => tookMs > budgetMs);
  const during = samples.filter(({ dueMs }) => dueMs >= faultMs && dueMs < healedMs);
  const after = samples.filter(({ dueMs }) => dueMs >= healedMs);
  const ranked = after.filter(({ mode }) => mode === "ranked");
  const probes = requestsWhile("half-open", outcome, 0);
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
    /** In each half-open period; and the most at a time. */
    probes: probes.map((requests) => requests.length),
    mostProbes: Math.max(0, ...probes.flat().map(({ underWay }) => underWay)),
    seenWhileOpen: requestsWhile("open", outcome, SLACK_MS).flat().length,
    /** What the breakers did that they should not have, or did not that they should. */
    wrong: wrongOf(outcome),
  };
}
type Line = ReturnType<typeof lineOf>;

/** What was under way when a breaker opened arrives within this. */
const SLACK_MS = 60;

/** In so many seconds five failures must have happened, in every fault that has to open a breaker. */
const OPEN_SECONDS_MAX = 15;
/** Where every call fails an isolate hears that the region's breaker is open by the end of its next one. Where some go well it may go on: docs/breaker.md. */
const HEARD_MS = 1_000;

function wrongOf(outcome: Outcome): readonly string[] {
  const { stage, transitions, faultMs, healedMs } = outcome;
  const wrong: string[] = [];
  const { opens, isPartial = false } = stage.scenario;
  const opened = transitions.filter(({ to }) => to === "open");
  if (opens === false && opened.length > 0) wrong.push("opened");
  const latestMs = Math.min(healedMs, faultMs + OPEN_SECONDS_MAX * 1_000);
  const inTime = opened.some(({ atMs }) => atMs >= faultMs && atMs <= latestMs);
  if (opens === true && !inTime) wrong.push("did not open in time");
  if (opened.some(({ atMs }) => atMs < faultMs)) wrong.push("opened before the fault");
  for (const { backend, to, atMs } of transitions) {
    if (to !== "half-open") continue;
    const since = opened.findLast((one) => one.backend === backend && one.atMs <= atMs);
    if (since !== undefined && atMs - since.atMs < SPECIFIED.openMs) wrong.push("probed too soon");
  }
  const isHeard = opens !== null && !isPartial;
  const seen = isHeard ? requestsWhile("open", outcome, HEARD_MS).flat() : [];
  if (seen.length > 0) wrong.push("asked while open");
  return [...new Set(wrong)];
}

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

/** Of each time that a server was in `state`, the requests that it got meanwhile. */
function requestsWhile(
  state: Breaker["at"],
  { transitions, seen }: Outcome,
  slackMs: number,
): readonly (readonly SeenRequest[])[] {
  return transitions.flatMap(({ backend, to, atMs }, place) => {
    if (to !== state) return [];
    const end = transitions.slice(place + 1).find((next) => next.backend === backend);
    const endMs = end?.atMs ?? Number.POSITIVE_INFINITY;
    const requests = seen[backend] ?? [];
    return [requests.filter((one) => one.atMs >= atMs + slackMs && one.atMs < endMs)];
  });
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
    options.product
      ? `${ratePerSecond} feed requests a second per scenario, ${rows} posts ranked, ${budgetMs} ms each, the whole product, 1 real ranker;`
      : `${ratePerSecond} requests a second per scenario, ${rows} candidates, ${budgetMs} ms each, ${isolates} isolates of the proxy, 2 rankers;`,
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
        "breaker",
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
        line.wrong.length === 0 ? "right" : line.wrong.join(", "),
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
    "Breakers of the region, by server, seconds since the start; probes of each half-open period:",
    "",
    ...lines.map((line) => `  ${line.scenario}: ${breakersOf(line)}`),
    "",
    `Every request in time and truly labelled, breakers open where and when they must, for 30 s and nobody asked meanwhile, at most 3 probes at a time: ${isMet ? "met" : "missed"}.`,
    "",
  ].join("\n");
}

const whyOf = ({ reasons }: Line): string => {
  const why = listOf(reasons);
  return why === "" ? "" : `  (${why})`;
};

function breakersOf({ transitions, probes, mostProbes, seenWhileOpen }: Line): string {
  if (transitions.length === 0) return "closed all the time";
  const moves = transitions.map(
    ({ server, to, atSeconds }) => `${"ab"[server] ?? "?"} ${to} ${digits(atSeconds, 1)}`,
  );
  return `${moves.join(", ")}; probes ${probes.join(", ") || "none"}, ${mostProbes} at a time; requests while open ${seenWhileOpen}`;
}
