import { z } from "zod";

import { type Level, LEVELS } from "../degradation/levels.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import {
  FIVE_MINUTES_MS,
  floorTo,
  type History,
  type HistorySpan,
  HOUR_MS,
  MINUTE_MS,
} from "./history.ts";
import { onlyOf, type RegionCounts, RegionSums, TIMINGS } from "./region-counts.ts";

/** The shortest and the longest past that a series may show. */
export const MINUTES_MAX = LIMITS.historyHoursKeptMs / MINUTE_MS;

/** Which steps: `points` of them, `stepMs` each, from `fromMs` on. Plain JSON. */
export interface HistoryAsk {
  /** Unix ms, of a whole minute. Where it and the steps are whole hours, or whole five minutes, rows of those answer. */
  readonly fromMs: number;
  /** Whole minutes. */
  readonly stepMs: number;
  readonly points: number;
  /** Counters and times to answer; left out: all of them. */
  readonly only?: readonly string[] | undefined;
}

/** One step in which something was counted. */
export interface HistoryStep {
  /** Of the step in the series, from 0. */
  readonly at: number;
  readonly counts: RegionCounts;
  readonly level: Level;
}

/**
 * The last `minutes` in at most `points` steps. Steps of five minutes and more are whole ones of those; they
 * become whole hours when minutes of then are gone. Steps begin where such a row does: the series is of up to
 * five minutes, or an hour, less than was asked for.
 */
export function historyAsk(minutes: number, points: number, nowMs: number): HistoryAsk {
  const spanMs = Math.min(minutes, MINUTES_MAX) * MINUTE_MS;
  const leastMs = spanMs / Math.min(points, LIMITS.historyPointsMax);
  const unitMs = unitOf(spanMs, leastMs);
  const stepMs = ceilTo(unitMs, leastMs);
  const count = Math.ceil(spanMs / stepMs);
  // The last step is the one that has begun.
  return { fromMs: floorTo(unitMs, nowMs) + unitMs - count * stepMs, stepMs, points: count };
}

function unitOf(spanMs: number, leastMs: number): number {
  if (spanMs > LIMITS.historyMinutesKeptMs) return HOUR_MS;
  return leastMs > FIVE_MINUTES_MS - MINUTE_MS ? FIVE_MINUTES_MS : MINUTE_MS;
}

const ceilTo = (unitMs: number, ms: number): number => Math.ceil(ms / unitMs) * unitMs;

/** The coarsest rows that both the steps and their beginning are whole ones of. */
function spanOf({ fromMs, stepMs }: HistoryAsk): HistorySpan {
  const isWhole = (spanMs: number): boolean => fromMs % spanMs === 0 && stepMs % spanMs === 0;
  if (isWhole(HOUR_MS)) return "hour";
  return isWhole(FIVE_MINUTES_MS) ? "five minutes" : "minute";
}

/** Steps with something in them, in order. A region that was idle answers with nothing. */
export function stepsOf(history: History, ask: HistoryAsk): HistoryStep[] {
  const { fromMs, stepMs, points } = ask;
  const only = ask.only && new Set(ask.only);
  const untilMs = fromMs + Math.min(points, LIMITS.historyPointsMax) * stepMs;
  const gathered = new Gathered();
  for (const { atMs, counts, level } of history.rows(spanOf(ask), fromMs, untilMs)) {
    const kept = only === undefined ? counts : onlyOf(counts, only);
    gathered.add({ at: Math.floor((atMs - fromMs) / stepMs), counts: kept, level });
  }
  return gathered.steps().map(({ at, sums, level }) => ({ at, counts: sums.counts(), level }));
}

/** Sums by step, with the worst level of each. */
class Gathered {
  readonly #steps = new Map<number, { sums: RegionSums; level: Level }>();

  add({ at, counts, level }: HistoryStep): void {
    const step = this.#steps.get(at) ?? { sums: new RegionSums(), level };
    this.#steps.set(at, step);
    step.sums.add(counts);
    if (level > step.level) step.level = level;
  }

  steps() {
    return [...this.#steps].toSorted(([a], [b]) => a - b).map(([at, step]) => ({ at, ...step }));
  }
}

const stepTimingSchema = z.object({
  count: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

export const historySeriesSchema = z
  .object({
    regions: z.array(z.string()).meta({ description: "Whose sums these are" }),
    away: z.array(z.object({ region: z.string(), why: z.string() })),
    fromMs: z.number().meta({ description: "Unix ms, the beginning of the first step" }),
    stepMs: z.number(),
    points: z
      .int()
      .meta({ description: "Steps there are; `steps` leaves out those without traffic" }),
    steps: z
      .array(
        z.object({
          at: z
            .int()
            .meta({ description: "Which step, from 0: it begins at fromMs + at * stepMs" }),
          level: z.literal(LEVELS).meta({ description: "The worst of the step" }),
          counters: z.record(z.string(), z.number()),
          timings: z.record(z.string(), stepTimingSchema),
        }),
      )
      .meta({ description: "In order of time" }),
  })
  .meta({ id: "HistorySeries" });
export type HistorySeries = z.infer<typeof historySeriesSchema>;

/** A region's answer, or a failure's code. */
export type Asked =
  | { readonly region: Region; readonly steps: readonly HistoryStep[] }
  | { readonly region: Region; readonly why: string };

/** One series of what several regions have answered: percentiles are of all their durations together. */
export function seriesFrom(
  { fromMs, stepMs, points }: HistoryAsk,
  asked: readonly Asked[],
): HistorySeries {
  const gathered = new Gathered();
  for (const step of asked.flatMap((one) => ("steps" in one ? one.steps : []))) gathered.add(step);
  return {
    regions: asked.flatMap((one) => ("steps" in one ? [one.region] : [])),
    away: asked.flatMap((one) => ("why" in one ? [one] : [])),
    fromMs,
    stepMs,
    points,
    steps: gathered.steps().map(({ at, sums, level }) => ({ at, level, ...summary(sums) })),
  };
}

function summary(sums: RegionSums) {
  const { counters, timings } = sums.counts();
  const timed = TIMINGS.filter((name) => timings[name] !== undefined).map((name) => {
    const timing = sums.timing(name);
    const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((share) => timing.quantileMs(share));
    return [
      name,
      { count: timing.count, p50Ms: p50Ms ?? null, p95Ms: p95Ms ?? null, p99Ms: p99Ms ?? null },
    ] as const;
  });
  return { counters: { ...counters }, timings: Object.fromEntries(timed) };
}
