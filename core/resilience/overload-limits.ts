/** Bounds of what is sent to a dependency that has too much to do, part of `LIMITS`: unit in the name, reason beside the number. */
export const OVERLOAD_LIMITS = {
  /** Design: retries are at most this share of calls. */
  retryShare: 0.1,
  /** Retries that a quiet time saves up: those of a few requests, whatever the share. */
  retriesSavedMax: 10,
  /** Google SRE, "Handling Overload": twice what was accepted may be asked for. */
  throttleFactor: 2,
  /** What is remembered: shorter than SRE's two minutes, since an isolate sees one shard recover in seconds. */
  throttleWindowMs: 30_000,
  throttleSliceMs: 3_000,
  /** Share of calls that are sent in spite of all: nobody would see it recover otherwise. */
  throttleFloor: 0.05,
  /** Calls of one isolate to one shard under way: what a leader has under way at most. */
  shardCallsMax: 2_000,
  /** Shards that one isolate keeps count of, bytes: some 4,000. */
  guardsBytesMax: 2_000_000,
} as const;
