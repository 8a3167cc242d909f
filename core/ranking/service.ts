/** A post that may be shown, with what a ranker may know of it. Ids are decimal text. */
export interface Candidate {
  readonly postId: string;
  readonly authorId: string;
  /** Unix time, milliseconds. */
  readonly createdAtMs: number;
  readonly reactions: number;
  readonly comments: number;
  readonly reposts: number;
}

export interface RankRequest {
  readonly viewerId: string;
  readonly candidates: readonly Candidate[];
  /** Unix time, milliseconds, after which the caller has stopped listening. */
  readonly deadlineMs: number;
}

/** The rung of the fallback ladder that answered (the design's page modes, less `stale`). */
export type RankMode = "ranked" | "cached-scores" | "light-model" | "chronological";

/** Why that rung. The set is wire format: pages show it and metrics count it. */
export type RankReason = "no_model";

export interface RankAnswer {
  readonly mode: RankMode;
  readonly reason: RankReason;
  /** One per candidate, in the request's order; higher is better, comparable within one answer only. */
  readonly scores: readonly number[];
}

/**
 * RPC contract of workers/ranking-proxy. It always answers: a rung that fails gives way to
 * the one below it, and the last one needs nothing but the request. So there is no `Result`.
 */
export interface RankingService {
  rank(request: RankRequest): Promise<RankAnswer>;
}
