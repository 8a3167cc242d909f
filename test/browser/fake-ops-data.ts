import type { Fault } from "../../core/chaos/fault.ts";
import type { DrillList } from "../../core/chaos/service.ts";
import type { DeadLetterList, FanoutReport } from "../../core/feed/fanout/admin.ts";
import type { RankingReport } from "../../core/ranking/stats-schemas.ts";
import type { ShardList } from "../../core/regions/shard-admin.ts";
import { planSchema } from "../../core/rollout/plan.ts";
import type { RolloutList } from "../../core/rollout/rollout.ts";
import { evenShardMap } from "../../core/tao/shard-map.ts";
import {
  type CacheReport,
  type RegionCounts,
  reportOf,
} from "../../core/telemetry/cache-layers.ts";
import { type LayerCounts, NO_COUNTS } from "../../core/telemetry/cache-counts.ts";

const REGIONS = ["us-east", "us-west", "eu-west", "apac"];
const EAST = "http://ranker-1.east:8080";
const WEST = "http://ranker-2.west:8080";

const layer = (asked: number, share: number, more: Partial<LayerCounts> = {}): LayerCounts => ({
  ...NO_COUNTS,
  asked,
  hits: Math.round(asked * share),
  misses: asked - Math.round(asked * share),
  ...more,
});

/** Every layer is asked; the feed cache misses its target. */
export function cachesAt(nowMs: number): CacheReport {
  const counts = (factor: number): RegionCounts => ({
    client: layer(4_000 * factor, 0.41, { stale: 300 * factor }),
    edge_pages: layer(900 * factor, 0.62),
    edge_media: layer(5_200 * factor, 0.97, { bytesServed: 81_000_000 }),
    feed: layer(2_400 * factor, 0.66, {
      bytesHeld: 18_400_000 * factor,
      entries: 1_204 * factor,
      ages: [
        { upToMs: 60_000, answers: 900 },
        { upToMs: 300_000, answers: 500 },
      ],
    }),
    follower: layer(31_000 * factor, 0.91, {
      bytesHeld: 44_000_000,
      entries: 90_412,
      aged: 4,
      ageMsSum: 260 * factor,
    }),
    leader: layer(2_790 * factor, 0.96, { bytesHeld: 12_000_000, entries: 22_000 }),
  });
  const regions = new Map(REGIONS.map((region, place) => [region, counts(4 - place)]));
  return reportOf(regions, [{ part: "follower:3:0", region: "apac", why: "unavailable" }], nowMs);
}

/** Sixteen shards; the sixth does not answer. */
export function shardsAt(nowMs: number): ShardList {
  const weights = new Map([
    ["us-east", 33],
    ["us-west", 17],
    ["eu-west", 25],
  ]);
  return {
    revision: 41,
    coordinator: { region: "us-east", untilMs: nowMs + 60_000 },
    shards: evenShardMap(16, weights).entries.map(({ shard, from, to, leader }) => ({
      shard,
      logicalShards: [from, to],
      leader,
      epoch: 3,
      leaseUntilMs: nowMs + 60_000,
      notBeforeMs: 0,
      head: shard === 5 ? null : `3.${1_200 + shard}`,
      failure: shard === 5 ? "unavailable" : null,
    })),
  };
}

/** One ranker is ejected, and its breaker open in us-east. */
export function rankingAt(nowMs: number): RankingReport {
  const closed = { at: "closed", trips: 0, failures: [], slices: [] } as const;
  const open = { at: "open", trips: 2, sinceMs: nowMs - 12_000 } as const;
  const half = { at: "half-open", trips: 1, successes: 1, probes: [], nextProbe: 1 } as const;
  const health = { outstandingRows: 0, load: 0, failures: 0, ejections: 0 };
  const times = { heardMs: nowMs - 800, ejectedUntilMs: 0, awayUntilMs: 0 };
  const { slices, failures, ...rest } = closed;
  const shut = { ...rest, slices: [...slices], failures: [...failures] };
  const probing = { ...half, probes: [...half.probes] };
  return {
    isolate: "5f0c21aa",
    counts: {
      modes: { ranked: 8_120, "cached-scores": 240, "light-model": 611, chronological: 12 },
      reasons: { "ranked ok": 8_120, "light-model breaker_open": 611 },
      calls: { scored: 8_120, timeout: 31, error: 9 },
      hedges: { sent: 92, won: 51, refused: 4 },
    },
    lightModel: "light-2026-11-20",
    cachedViewers: 1_402,
    pools: [
      { name: "east", servers: [EAST], weights: { "us-east": 3, "*": 1 }, pick: "least" },
      { name: "west", servers: [WEST], weights: { "*": 1 }, pick: "sticky" },
    ],
    models: [
      { model: "v8", answers: 412, lastMs: nowMs - 900 },
      { model: "v7", answers: 7_708, lastMs: nowMs - 1_200 },
    ],
    servers: [
      {
        server: EAST,
        health: { ...health, ...times, ejections: 2, ejectedUntilMs: nowMs + 41_000 },
      },
      { server: WEST, health: { ...health, ...times, load: 310, outstandingRows: 60 } },
    ],
    breakers: [
      { region: "us-east", server: EAST, breaker: open },
      { region: "us-east", server: WEST, breaker: shut },
    ],
    transitions: [],
    regions: {
      "us-east": {
        breakers: { [EAST]: open, [WEST]: shut },
        history: [{ backend: EAST, from: "closed", to: "open", trips: 2, atMs: nowMs - 12_000 }],
      },
      "eu-west": { breakers: { [EAST]: probing }, history: [] },
      "us-west": { breakers: {}, history: [] },
      apac: null,
    },
  };
}

/** A model on 5 % of viewers, with one guard that has enough and one that has not. */
export const rolloutsAt = (nowMs: number): RolloutList => ({
  revision: 12,
  rollouts: [
    {
      id: "model-v8",
      flag: "ranking.model",
      kind: "model",
      revision: 4,
      phase: { at: "running", stage: 1, sinceMs: nowMs - 300_000 },
      share: 500,
      regions: null,
      control: "v7",
      treatment: "v8",
      plan: planSchema.parse({}),
      seen: {
        control: { viewers: 7_031, pages: 30_120 },
        treatment: { viewers: 371, pages: 1_604 },
      },
      verdicts: [
        {
          guard: "error_rate",
          outcome: "worse",
          control: 0.001,
          treatment: 0.04,
          harm: { estimate: 0.039, low: 0.03, high: 0.048 },
        },
        {
          guard: "engagement",
          outcome: "not_enough_data",
          control: 0.21,
          treatment: 0.2,
          harm: { estimate: 0, low: null, high: null },
        },
      ],
      createdMs: nowMs - 900_000,
      startedMs: nowMs - 600_000,
    },
  ],
  audit: [],
  regions: REGIONS.map((region, place) => ({
    region,
    revision: place === 3 ? 11 : 12,
    agoMs: 900 + place * 200,
  })),
});

export const fanoutAt = (waiting: number): FanoutReport => ({
  shards: Array.from({ length: 8 }, (_, shard) => ({
    shard,
    position: `3.${900 + shard}`,
    events: shard === 2 ? 4 : 0,
    waiting: shard === 2 ? waiting : 0,
    outstanding: shard % 3,
    dead: shard === 4 ? 2 : 0,
    oldestMs: shard === 2 ? 8_200 : null,
    visibleP50Ms: 410,
    visibleP99Ms: 2_300,
    resent: 3,
    activeShare: 0.12,
    entries: 9,
    failure: shard === 7 ? "unavailable" : null,
  })),
});

export const lettersAt = (nowMs: number): DeadLetterList => ({
  items: [17, 18].map((chunk) => ({
    shard: 4,
    chunk,
    post: "1184274518017",
    tries: 10,
    lastError: "FEED_BUCKET: the object was reset",
    sinceMs: nowMs - 640_000,
  })),
  away: [{ shard: 7, why: "unavailable" }],
});

const faultAt = (nowMs: number): Fault => ({
  id: "0b1c2d3e",
  dependency: "ranker",
  region: "us-east",
  operations: "all",
  kind: "latency",
  ms: 200,
  jitterMs: 50,
  share: 0.5,
  startedMs: nowMs - 60_000,
  untilMs: nowMs + 240_000,
  reason: "does the ladder hold?",
  by: "olga",
});

export const drillsAt = (nowMs: number): DrillList => ({
  revision: 9,
  active: [faultAt(nowMs)],
  audit: [
    {
      atMs: nowMs - 60_000,
      revision: 9,
      what: "started",
      fault: faultAt(nowMs),
      by: "olga",
      reason: "does the ladder hold?",
    },
  ],
});

/** Every section of these pages, by name. */
export const dataSections = (nowMs: number): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>([
    ["caches", cachesAt(nowMs)],
    ["shards", shardsAt(nowMs)],
    ["ranking", rankingAt(nowMs)],
    ["rollouts", rolloutsAt(nowMs)],
    ["fanout", fanoutAt(120)],
    ["dead-letters", lettersAt(nowMs)],
    ["drills", drillsAt(nowMs)],
  ]);
