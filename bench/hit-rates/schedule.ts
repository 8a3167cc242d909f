import type { Random } from "../../core/clock.ts";
import { chance, logNormal, stream } from "../../dev/world/random.ts";
import { DAY } from "./day.ts";

/** Someone opens the app. */
export interface Visit {
  readonly person: number;
  /** Milliseconds from the start of what is measured; negative before. */
  readonly atMs: number;
}

export interface ScheduleSpec {
  readonly seed: number;
  readonly people: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

const HOUR_MS = 3_600_000;
/** From one visit to the next at least: it has to end first. */
const VISIT_MS_MIN = 60_000;

/** Visits of everybody in the busiest hour's traffic, in order. Some have been here before, most have not. */
export function scheduleOf(spec: ScheduleSpec): Visit[] {
  const active = Math.round(spec.people * DAY.activeShare.value);
  const rates = visitsPerHour(active);
  return rates
    .flatMap((rate, person) => visitsOf(person, rate, spec))
    .toSorted((a, b) => a.atMs - b.atMs);
}

/** Of each active person, by Zipf's law, in the busiest hour. */
function visitsPerHour(active: number): number[] {
  const weights = Array.from({ length: active }, (_, rank) => (rank + 1) ** -DAY.visitsZipf.value);
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / active;
  return weights.map((weight) => {
    const perDay = Math.min(DAY.visitsPerDayMax.value, (DAY.visitsPerDay.value * weight) / mean);
    return perDay * DAY.busiestHourShare.value;
  });
}

/** Bursts at random, each of one visit and those that follow it soon. */
function visitsOf(person: number, perHour: number, { seed, fromMs, untilMs }: ScheduleSpec) {
  const random = stream(seed, "visits", person);
  const burstMs = HOUR_MS / (perHour * (1 - DAY.returnShare.value));
  const visits: Visit[] = [];
  for (let atMs = fromMs + exponential(random, burstMs); atMs < untilMs;) {
    visits.push({ person, atMs });
    const gapMs = chance(random, DAY.returnShare.value)
      ? VISIT_MS_MIN + logNormal(random, DAY.returnMinutes.value * 60_000, 0.8)
      : exponential(random, burstMs);
    atMs += gapMs;
  }
  return visits;
}

const exponential = (random: Random, mean: number): number => -Math.log(1 - random.next()) * mean;

/** When each person was here last before `atMs`; absent: not since the schedule began. */
export function lastVisits(visits: readonly Visit[], atMs: number): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  for (const visit of visits) if (visit.atMs < atMs) last.set(visit.person, visit.atMs);
  return last;
}
