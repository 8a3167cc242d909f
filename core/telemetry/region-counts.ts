import type { Priority } from "../resilience/priority.ts";
import { Histogram, type HistogramText } from "./histogram.ts";

/**
 * What isolates count of a region. Low-cardinality names, no labels: labels of metrics later. Only
 * traffic that somebody waits for: warming and batches say nothing about what readers meet.
 */
export const COUNTERS = [
  /** Calls that asked for the heavy model, and those of them that found every breaker open. */
  "rank_calls",
  "rank_refused",
  /** Pages that active readers asked the feed cache for, and those that it had. */
  "feed_asked",
  "feed_hits",
  /** Attempts of object calls, and those that failed: before retries. */
  "tao_reads",
  "tao_read_errors",
  "tao_writes",
  "tao_write_errors",
  /** Attempts that were not made: local refusals. */
  "throttled",
  "retries",
  "retries_denied",
  /** Requests that a gateway refused for load, by priority, and feeds that were not built. */
  "shed_interactive",
  "shed_write",
  "shed_realtime",
  "shed_warming",
  "shed_batch",
  "builds_shed",
  /** Answers of the gateway, and those of them with a status of 500 or more. */
  "http_answers",
  "http_errors",
  /** Writes refused since the region is read-only. */
  "read_only_refusals",
] as const;
export type Counter = (typeof COUNTERS)[number];

export const SHED = {
  interactive: "shed_interactive",
  write: "shed_write",
  realtime: "shed_realtime",
  warming: "shed_warming",
  batch: "shed_batch",
} as const satisfies Record<Priority, Counter>;

export const TIMINGS = [
  /** As the ranker says, or a probe that waits longer than callers do. */
  "rank_ms",
  "tao_read_ms",
  "tao_write_ms",
  "http_read_ms",
  "http_write_ms",
] as const;
export type Timing = (typeof TIMINGS)[number];

/** Plain JSON: what was counted since the last time. */
export interface RegionCounts {
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
  readonly timings: Readonly<Partial<Record<Timing, HistogramText>>>;
}

export const NOTHING_COUNTED: RegionCounts = { counters: {}, timings: {} };

/** Sums of a region: at most one number per counter, and one histogram per timing. */
export class RegionSums {
  readonly #counters = new Map<Counter, number>();
  readonly #timings = new Map<Timing, Histogram>();

  count(name: Counter, by = 1): void {
    if (by !== 0) this.#counters.set(name, this.of(name) + by);
  }

  time(name: Timing, ms: number): void {
    this.#histogram(name).record(ms);
  }

  /** What another has counted. Names that this one does not know are of another version, and left out. */
  add({ counters, timings }: RegionCounts): void {
    for (const name of COUNTERS) this.count(name, counters[name] ?? 0);
    for (const name of TIMINGS) {
      const more = timings[name];
      if (more !== undefined) this.#histogram(name).add(more);
    }
  }

  of(name: Counter): number {
    return this.#counters.get(name) ?? 0;
  }

  timing(name: Timing): Histogram {
    return this.#timings.get(name) ?? new Histogram();
  }

  get isEmpty(): boolean {
    return this.#counters.size === 0 && this.#timings.size === 0;
  }

  counts(): RegionCounts {
    return {
      counters: Object.fromEntries(this.#counters),
      timings: Object.fromEntries([...this.#timings].map(([name, some]) => [name, some.text()])),
    };
  }

  #histogram(name: Timing): Histogram {
    const known = this.#timings.get(name) ?? new Histogram();
    this.#timings.set(name, known);
    return known;
  }
}
