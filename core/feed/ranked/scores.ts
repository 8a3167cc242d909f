import type { Id } from "../../ids.ts";
import type { RankMode, RankReason } from "../../ranking/service.ts";

/** Why scores are what they are: the proxy's reason, or what went wrong on this side of it. Wire format. */
export type ScoreReason =
  | RankReason
  /** The feature bucket was away: what it counts is taken to be unknown. */
  | "no_features"
  /** The proxy did not answer in time. */
  | "late"
  /** None of the posts has a score, or can borrow one. */
  | "not_scored";

/** How the posts of a page were scored. */
export interface Scoring {
  readonly mode: RankMode;
  readonly reason: ScoreReason;
  /** Version of the model; null when no model scored. */
  readonly model: string | null;
  /** Names what was scored together, so that clients can tell what became of it; null: it is not logged. */
  readonly slate: string | null;
}

/** Probabilities of a feed's posts, kept as they were given: weights are applied when a page is made. */
export interface Scores extends Scoring {
  /** One per head. */
  readonly of: ReadonlyMap<Id, readonly number[]>;
}

export const unscored = (reason: ScoreReason): Scores => ({
  mode: "chronological",
  reason,
  model: null,
  slate: null,
  of: new Map(),
});

/** @param isScored false: what a page shows has no scores, whatever was asked for. */
export function scoringAs({ mode, reason, model, slate }: Scoring, isScored: boolean): Scoring {
  if (isScored || mode === "chronological") return { mode, reason, model, slate };
  return { mode: "chronological", reason: "not_scored", model: null, slate };
}

/** What a post that came after the scoring borrows its probabilities from. */
export type BorrowedFrom = "author" | "newest";

export interface Estimate {
  readonly probabilities: readonly number[];
  readonly from: BorrowedFrom;
}

/** How many of the newest posts stand for one whose author has none: enough to be no accident, few enough to be about as fresh. */
const NEWEST = 8;

/**
 * For posts that the model has not seen: what it said of their author's newest post; else the mean
 * of the newest few, which are about as fresh. null when nothing was scored.
 *
 * @param scored newest first.
 */
export function estimator(
  scored: Iterable<{ readonly author: Id; readonly probabilities: readonly number[] }>,
): (author: Id) => Estimate | null {
  const byAuthor = new Map<Id, readonly number[]>();
  const newest: (readonly number[])[] = [];
  for (const { author, probabilities } of scored) {
    if (!byAuthor.has(author)) byAuthor.set(author, probabilities);
    if (newest.length < NEWEST) newest.push(probabilities);
  }
  const mean = meanOf(newest);
  return (author) => {
    const own = byAuthor.get(author);
    if (own !== undefined) return { probabilities: own, from: "author" };
    return mean && { probabilities: mean, from: "newest" };
  };
}

function meanOf(rows: readonly (readonly number[])[]): readonly number[] | null {
  const [first] = rows;
  if (first === undefined) return null;
  return first.map(
    (_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / rows.length,
  );
}
