import type { Region } from "../regions/regions.ts";
import type { TraceContext } from "../telemetry/trace.ts";
import type { Weights } from "./weights.ts";

/**
 * Candidates to score, as the rows of two matrices that one pure module made (`features.ts`).
 * Rows do not depend on one another, so any subset may be scored by itself.
 */
export interface RankRequest {
  readonly region: Region;
  /** Decimal text; decides canaries and keys cached scores. */
  readonly viewerId: string;
  /** Version of the model that is to score; absent: whichever the ranker has for the viewer. */
  readonly model?: string;
  /** Fingerprint of the features; a model that was trained on others is not asked. */
  readonly schema: string;
  /** Decimal ids, one per row. */
  readonly posts: readonly string[];
  /** Unix ms, one per row: all that the last rung needs. */
  readonly createdAtMs: readonly number[];
  /** rows x `DENSE_COUNT`, row-major. */
  readonly dense: Float32Array;
  /** rows x `ID_COUNT`, row-major: hashed ids, each below its table's size. */
  readonly ids: Int32Array;
  /** What actions are worth to the caller, by which a smaller pool is chosen; absent: the default. */
  readonly weights?: Weights;
  /** Unix ms, after which the caller has stopped listening. */
  readonly deadlineMs: number;
  /** Nobody waits for it: what becomes of it says nothing about what readers meet. */
  readonly isAfterwards?: boolean;
  /** The best rung that may be tried, by the region's level; without it, the first. See `degradation/effects.ts`. */
  readonly atMost?: RankMode;
  /** Of a sampled request. */
  readonly trace?: TraceContext;
}

/** The rung of the fallback ladder that answered. */
export type RankMode =
  | "ranked"
  | "cached-scores"
  | "light-model"
  | "smaller-pool"
  | "chronological";

/** Why that rung and no better one. Wire format: pages show it and metrics count it. */
export type RankReason =
  | "ok"
  | "no_model"
  | "no_ranker"
  | "breaker_open"
  /** The region's level leaves no better rung. */
  | "degraded"
  | "timeout"
  | "shed"
  | "error"
  | "bad_answer"
  | "schema_mismatch"
  | "no_time";

export interface RankAnswer {
  readonly mode: RankMode;
  readonly reason: RankReason;
  /** Version of the model that gave the probabilities; null when chronological. */
  readonly model: string | null;
  /**
   * rows x `HEAD_COUNT`, row-major, in the request's order; null when chronological. Every row has
   * them: what a smaller pool left out was scored by the light model.
   */
  readonly probabilities: Float32Array | null;
  /** Rows that the model named by `mode` scored. */
  readonly scored: number;
  /** How long the heavy model took, ms, with the way to it; left out where it did not answer. */
  readonly rankerMs?: number;
  /** How long calls took that their callers had given up, ms: those of the region that this isolate has timed since it last said. */
  readonly slowMs?: readonly number[];
}

/**
 * RPC contract of workers/ranking-proxy. It always answers, before the deadline: a rung that fails
 * gives way to the one below it, and the last one needs nothing but the request. So there is no `Result`.
 */
export interface RankingService {
  rank(request: RankRequest): Promise<RankAnswer>;
}
