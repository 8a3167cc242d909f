import type { Region } from "../regions/regions.ts";
import type { LayerCounts } from "./cache-counts.ts";
import { NO_COUNTS } from "./cache-counts.ts";

/** Layers whose counts arise in clients and isolates, and are kept by a tally object; `feed` only over Redis. */
export const TALLIED = ["client", "edge_pages", "edge_media", "feed"] as const;
export type TalliedLayer = (typeof TALLIED)[number];

/** What was counted since the last time. */
export interface TallyDelta {
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  /** Of answers from the cache. */
  readonly bytes: number;
  /** Sum over hits and stale ones, ms; 0 where ages are not known. */
  readonly ageMsSum: number;
}
export type TallyDeltas = Readonly<Partial<Record<TalliedLayer, TallyDelta>>>;

/** All that was ever added, since `sinceMs`. */
export interface TallyReading {
  readonly layers: TallyDeltas;
  /** Unix ms; null: nothing yet. */
  readonly sinceMs: number | null;
}

/** RPC contract of the tally of one region. */
export interface CacheTallyService {
  add(deltas: TallyDeltas): Promise<void>;
  read(): Promise<TallyReading>;
}

export const cacheTallyName = (region: Region): string => `cache-tally:${region}`;

export const NO_DELTA: TallyDelta = { hits: 0, stale: 0, misses: 0, bytes: 0, ageMsSum: 0 };

export const addDelta = (a: TallyDelta, b: TallyDelta): TallyDelta => ({
  hits: a.hits + b.hits,
  stale: a.stale + b.stale,
  misses: a.misses + b.misses,
  bytes: a.bytes + b.bytes,
  ageMsSum: a.ageMsSum + b.ageMsSum,
});

/** From one reading of counters to the next. */
export const deltaBetween = (before: TallyDelta, after: TallyDelta): TallyDelta => ({
  hits: after.hits - before.hits,
  stale: after.stale - before.stale,
  misses: after.misses - before.misses,
  bytes: after.bytes - before.bytes,
  ageMsSum: after.ageMsSum - before.ageMsSum,
});

export const isNothing = ({ hits, stale, misses }: TallyDelta): boolean =>
  hits + stale + misses === 0;

/** Images never age, so that theirs is not counted. */
export function countsOf(layer: TalliedLayer, delta: TallyDelta = NO_DELTA): LayerCounts {
  const { hits, stale, misses, bytes, ageMsSum } = delta;
  return {
    ...NO_COUNTS,
    asked: hits + stale + misses,
    hits,
    stale,
    misses,
    bytesServed: bytes,
    aged: layer === "edge_media" || ageMsSum === 0 ? 0 : hits + stale,
    ageMsSum: layer === "edge_media" ? 0 : ageMsSum,
  };
}
