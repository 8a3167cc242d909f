import type { RegionTotals } from "../degradation/controller-service.ts";
import { TRIGGERS } from "../degradation/levels.ts";
import type { Region } from "../regions/regions.ts";
import type { Family, Labels } from "./exposition.ts";
import { type Counter, COUNTERS, RegionSums, type Timing, TIMINGS } from "./region-counts.ts";

/** What a region's controller said; null: it did not answer. */
export interface RegionAsked {
  readonly region: Region;
  readonly totals: RegionTotals | null;
}

interface Named {
  readonly name: string;
  readonly labels: Labels;
}

/** Counters that are one metric told apart by a label; any other is `edgewise_<counter>_total`. */
const LABELLED: Readonly<Partial<Record<Counter, Named>>> = {
  ...labelled("edgewise_http_responses_total", "class", {
    http_2xx: "2xx",
    http_3xx: "3xx",
    http_4xx: "4xx",
    http_5xx: "5xx",
    http_429: "429",
    http_503: "503",
  }),
  ...labelled("edgewise_feed_pages_total", "mode", {
    feed_pages_latest: "latest",
    feed_pages_ranked: "ranked",
    feed_pages_cached_scores: "cached-scores",
    feed_pages_light_model: "light-model",
    feed_pages_smaller_pool: "smaller-pool",
    feed_pages_chronological: "chronological",
    feed_pages_stale: "stale",
  }),
  ...labelled("edgewise_cache_asked_total", "layer", {
    client_cache_asked: "client",
    edge_pages_asked: "edge_pages",
    edge_media_asked: "edge_media",
    feed_asked: "feed",
  }),
  ...labelled("edgewise_cache_hits_total", "layer", {
    client_cache_hits: "client",
    edge_pages_hits: "edge_pages",
    edge_media_hits: "edge_media",
    feed_hits: "feed",
  }),
};

function labelled(name: string, label: string, values: Readonly<Partial<Record<Counter, string>>>) {
  return Object.fromEntries(
    Object.entries(values).map(([counter, value]) => [
      counter,
      { name, labels: { [label]: value } },
    ]),
  );
}

const DURATIONS: Readonly<Record<Timing, Named>> = {
  rank_ms: { name: "edgewise_ranker_duration_seconds", labels: {} },
  tao_read_ms: { name: "edgewise_graph_call_duration_seconds", labels: { kind: "read" } },
  tao_write_ms: { name: "edgewise_graph_call_duration_seconds", labels: { kind: "write" } },
  http_read_ms: { name: "edgewise_http_request_duration_seconds", labels: { kind: "read" } },
  http_write_ms: { name: "edgewise_http_request_duration_seconds", labels: { kind: "write" } },
  feed_page_ms: { name: "edgewise_feed_page_duration_seconds", labels: {} },
  fanout_visible_ms: { name: "edgewise_fanout_visible_seconds", labels: {} },
};

const namedOf = (counter: Counter): Named =>
  LABELLED[counter] ?? { name: `edgewise_${counter}_total`, labels: {} };

/** Everything there is to scrape. A region that did not answer has `edgewise_region_up` alone, with 0. */
export function regionMetrics(asked: readonly RegionAsked[]): readonly Family[] {
  const known = asked.flatMap(({ region, totals }) => {
    if (totals === null) return [];
    const sums = new RegionSums();
    sums.add(totals.counts);
    return [{ region, totals, sums }];
  });
  const gauge = (name: string, help: string, value: (totals: RegionTotals) => number): Family => ({
    type: "gauge",
    name,
    help,
    samples: known.map(({ region, totals }) => ({ labels: { region }, value: value(totals) })),
  });
  return [
    {
      type: "gauge",
      name: "edgewise_region_up",
      help: "1 when the region's controller answered this scrape",
      samples: asked.map(({ region, totals }) => ({
        labels: { region },
        value: totals === null ? 0 : 1,
      })),
    },
    gauge(
      "edgewise_region_level",
      "Level of degradation, 0 to 4",
      ({ published }) => published.level,
    ),
    gauge("edgewise_region_pinned", "1 while an operator has pinned the level", ({ published }) =>
      published.pin === null ? 0 : 1,
    ),
    gauge(
      "edgewise_region_counted_since_seconds",
      "Unix time since which the region's counters count",
      ({ sinceMs }) => sinceMs / 1_000,
    ),
    {
      type: "gauge",
      name: "edgewise_region_condition_on",
      help: "1 while the condition asks for a level",
      samples: known.flatMap(({ region, totals }) =>
        TRIGGERS.map((condition) => ({
          labels: { region, condition },
          value: totals.on.includes(condition) ? 1 : 0,
        })),
      ),
    },
    ...grouped(COUNTERS, namedOf).map(([name, of]): Family => ({
      type: "counter",
      name,
      help: `Sum of the counters ${of.join(", ")}: see docs/telemetry.md`,
      samples: known.flatMap(({ region, sums }) =>
        of.map((counter) => ({
          labels: { region, ...namedOf(counter).labels },
          value: sums.of(counter),
        })),
      ),
    })),
    ...grouped(TIMINGS, (timing) => DURATIONS[timing]).map(([name, of]): Family => ({
      type: "histogram",
      name,
      help: `Durations of ${of.join(", ")}: see docs/telemetry.md`,
      samples: known.flatMap(({ region, sums }) =>
        of.map((timing) => ({
          labels: { region, ...DURATIONS[timing].labels },
          histogram: sums.timing(timing),
        })),
      ),
    })),
  ];
}

/** What shares a name is one metric: its lines must stand together. */
function grouped<T>(all: readonly T[], namedBy: (one: T) => Named): [name: string, of: T[]][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const { name } = namedBy(one);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups];
}
