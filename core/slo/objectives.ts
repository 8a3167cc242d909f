import type { Counter, RegionSums } from "../telemetry/region-counts.ts";
import type { Counted } from "./burn.ts";

export interface Objective {
  readonly id: string;
  readonly title: string;
  /** Share of events that may be bad: the error budget. */
  readonly budget: number;
  /** What is an event, what makes one bad, and where the number comes from. */
  readonly note: string;
  readonly counted: (sums: RegionSums) => Counted;
}

/** A read of the API should be answered within this, ms. `docs/slo.md` says why. */
export const SLOW_READ_MS = 300;

/** Design: p99 below 5 s. This is the bound of a histogram's bucket below it, so that comparing with it is exact. */
export const LATE_POST_MS = 4_800;

const RANKED = [
  "feed_pages_ranked",
  "feed_pages_cached_scores",
  "feed_pages_light_model",
  "feed_pages_smaller_pool",
] as const satisfies readonly Counter[];
const UNRANKED = [
  "feed_pages_chronological",
  "feed_pages_by_level",
] as const satisfies readonly Counter[];

/**
 * What a region promises over 30 days. Only what people's own requests met: operators' requests, health
 * checks, documents, files of the web app and images are not counted.
 */
export const OBJECTIVES = [
  {
    id: "read-availability",
    title: "Reads are answered",
    budget: 0.001,
    note: "Bad is a status of 500 or more: a refusal for load (503) is no answer. A caller's own rate limit (429) is.",
    counted: (sums) => ({ total: sums.of("api_reads"), bad: sums.of("api_read_errors") }),
  },
  {
    id: "write-availability",
    title: "Writes are taken",
    budget: 0.001,
    note: "Bad is a status of 500 or more, `read_only` with it: to its writer the region is away.",
    counted: (sums) => ({ total: sums.of("api_writes"), bad: sums.of("api_write_errors") }),
  },
  {
    id: "read-latency",
    title: `Reads are answered within ${SLOW_READ_MS} ms`,
    budget: 0.01,
    note: "Of reads that were answered; long polls and streams, which wait on purpose, are left out.",
    counted: (sums) => ({ total: sums.of("api_reads_timed"), bad: sums.of("api_reads_slow") }),
  },
  {
    id: "ranked-share",
    title: "Feeds are ranked by a model",
    budget: 0.05,
    note: "Bad is a feed that was to be ranked and has the order of time. A lower rung that ranks is good.",
    counted: (sums) => {
      const of = (names: readonly Counter[]) => names.reduce((sum, name) => sum + sums.of(name), 0);
      const bad = of(UNRANKED);
      return { total: bad + of(RANKED), bad };
    },
  },
  {
    id: "time-to-visible",
    title: `A post is in its readers' feeds within ${LATE_POST_MS} ms`,
    budget: 0.01,
    note: "From a post's write to the end of its fan-out, counted where its shard is led by default.",
    counted: (sums) => {
      const timing = sums.timing("fanout_visible_ms");
      const late = timing.buckets().filter(([upToMs]) => upToMs > LATE_POST_MS);
      return { total: timing.count, bad: late.reduce((sum, [, count]) => sum + count, 0) };
    },
  },
  {
    id: "graph-availability",
    title: "The graph answers",
    budget: 0.001,
    note: "Attempts of calls to followers and leaders that somebody waits for, before any retry.",
    counted: (sums) => ({
      total: sums.of("tao_reads") + sums.of("tao_writes"),
      bad: sums.of("tao_read_errors") + sums.of("tao_write_errors"),
    }),
  },
] as const satisfies readonly Objective[];
export type ObjectiveId = (typeof OBJECTIVES)[number]["id"];
