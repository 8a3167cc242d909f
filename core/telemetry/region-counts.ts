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
  /** The same answers by class; refusals apart, which say that there is too much or too little, not that something broke. */
  "http_2xx",
  "http_3xx",
  "http_4xx",
  "http_5xx",
  "http_429",
  "http_503",
  /** Writes that were taken, and those refused for load or by the level; what was wrong with a request is in neither. */
  "writes_accepted",
  "writes_refused",
  /** Writes refused since the region is read-only. */
  "read_only_refusals",
  /** Sockets that were opened. How many are open is nobody's count: buckets sleep. */
  "sockets_opened",
  /** Home pages by how they were made; first pages, and those without a post. */
  "feed_pages_latest",
  "feed_pages_ranked",
  "feed_pages_cached_scores",
  "feed_pages_light_model",
  "feed_pages_smaller_pool",
  "feed_pages_chronological",
  "feed_pages_stale",
  "feed_first_pages",
  "feed_first_pages_empty",
  /** Answers of the feed Worker that were older than promised, and said so; requests that ran out of time. */
  "stale_answers",
  "deadline_misses",
  /** Breakers of rankers that opened in the region. */
  "breakers_opened",
  /** What the outer caches were asked, and had: clients' own, the edge's pages, its files. */
  "client_cache_asked",
  "client_cache_hits",
  "edge_pages_asked",
  "edge_pages_hits",
  "edge_media_asked",
  "edge_media_hits",
  /** People's own requests of the API, and those with a status of 500 or more: what objectives are of. */
  "api_reads",
  "api_read_errors",
  "api_writes",
  "api_write_errors",
  /** Of such reads that were answered and did not wait on purpose; those that took too long. */
  "api_reads_timed",
  "api_reads_slow",
  /** Of all such requests, those whose own region is failed over. */
  "api_for_others",
  /** Home pages that were to be ranked and have the order of time since the level says so; in `latest` too. */
  "feed_pages_by_level",
  /** Work of fan-out that was put aside, and rollouts that a guard took back: rollouts at the first region alone. */
  "fanout_dead_letters",
  "rollouts_rolled_back",
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
  /** Home pages, as the feed Worker sees them. */
  "feed_page_ms",
  /** From a post's write to the end of its fan-out; counted where the post's shard is led by default. */
  "fanout_visible_ms",
] as const;
export type Timing = (typeof TIMINGS)[number];

/** Plain JSON: what was counted since the last time. */
export interface RegionCounts {
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
  readonly timings: Readonly<Partial<Record<Timing, HistogramText>>>;
}

/** The same with only these names in it; a row of everything is some kilobytes, and a plot wants three of its numbers. */
export function onlyOf(
  { counters, timings }: RegionCounts,
  only: ReadonlySet<string>,
): RegionCounts {
  const kept = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => only.has(name)));
  return { counters: kept(counters), timings: kept(timings) };
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
