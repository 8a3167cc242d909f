import type { HistorySeries } from "../../core/telemetry/history-series.ts";

/** A series as plots take it: one place for each step, whether or not it had traffic. */
export interface HistoryLines {
  /** Unix ms. */
  readonly atMs: readonly number[];
  /** Answers per second. */
  readonly traffic: readonly number[];
  /** Share of answers that failed; null: there were none. */
  readonly errors: readonly (number | null)[];
  /** Of reads, ms; null: there were none. */
  readonly p50Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
  /** The worst of the step; null: nobody told. */
  readonly level: readonly (number | null)[];
}

/** The step that has only begun is left out: as a rate it would look like a fall. */
export function linesOf(series: HistorySeries): HistoryLines {
  const { fromMs, stepMs } = series;
  const places = Math.max(0, series.points - 1);
  const steps = new Map(series.steps.map((step) => [step.at, step]));
  const each = <T>(value: (step: HistorySeries["steps"][number] | undefined) => T): T[] =>
    Array.from({ length: places }, (_, at) => value(steps.get(at)));
  const read = (step: HistorySeries["steps"][number] | undefined) => step?.timings["http_read_ms"];
  return {
    atMs: Array.from({ length: places }, (_, at) => fromMs + at * stepMs),
    traffic: each((step) => ((step?.counters["http_answers"] ?? 0) * 1_000) / stepMs),
    errors: each((step) => {
      const answers = step?.counters["http_answers"] ?? 0;
      return answers === 0 ? null : (step?.counters["http_errors"] ?? 0) / answers;
    }),
    p50Ms: each((step) => read(step)?.p50Ms ?? null),
    p99Ms: each((step) => read(step)?.p99Ms ?? null),
    level: each((step) => step?.level ?? null),
  };
}
