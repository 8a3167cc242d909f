import { LIMITS } from "../../limits.ts";
import { ok } from "../../result.ts";
import type { ListCursor } from "../../tao/types.ts";
import type { Outcome } from "../call.ts";
import type { Page } from "../paging.ts";
import type { Post } from "../schemas.ts";
import { toId } from "../views.ts";
import { HiddenTally } from "../visibility.ts";
import { type Scores, type Scoring, scoringAs, unscored } from "./scores.ts";
import type { Weights } from "../../ranking/weights.ts";
import type { Rankable } from "./arrange.ts";
import { beginSegment, cutSegment, type RankedItem, segmentLimit } from "./segment.ts";
import type { Segment } from "./segment-cursor.ts";

export interface RankedSource {
  /** Visible posts strictly below `after` down to `until` (null: as far as `limit` reaches), newest first. */
  readonly load: (
    after: ListCursor | null,
    until: ListCursor | null,
    limit: number,
  ) => Outcome<Page<Post>>;
  /** Scores of a segment's posts, features as of `asOfMs`. */
  readonly score: (posts: readonly Post[], asOfMs: number) => Promise<Scores>;
  readonly rankable: (post: Post, scores: Scores) => Rankable;
  readonly weights: Weights;
  readonly nowMs: number;
}

export interface RankedPage {
  readonly items: readonly RankedItem<Post>[];
  /** Where the next page goes on; null exactly when nothing can follow. */
  readonly next: Segment | null;
  readonly hidden: HiddenTally;
  readonly scoring: Scoring;
  /** Nothing was found in as many segments as one page may look at. */
  readonly exhausted: boolean;
}

export const placeOf = ({ createdAtMs, id }: Post): ListCursor => ({
  timeMs: createdAtMs,
  id2: toId(id),
});

/**
 * One page of a ranked feed. The list is walked in segments of neighbours in time; each is put in
 * order as a whole and shown page by page until nothing is left of it, then the next one begins.
 * So every candidate is shown once, hidden by a rule, or still to come.
 */
export async function rankedPage(
  source: RankedSource,
  limit: number,
  from: Segment | null,
): Outcome<RankedPage> {
  const hidden = new HiddenTally();
  let at = from ?? beginSegment(source.nowMs, null);
  let scoring: Scoring = unscored("ok");
  for (let walked = 0; walked < LIMITS.rankedSegmentsPerPage; walked++) {
    const page = await source.load(at.after, at.until, segmentLimit(at));
    if (!page.ok) return page;
    const scores = await source.score(page.value.items, at.asOfMs);
    const { weights } = source;
    const rankable = (post: Post) => source.rankable(post, scores);
    const cut = cutSegment(page.value, at, limit, { placeOf, rankable, weights });
    if (cut.hidden !== null) hidden.addAll(cut.hidden);
    const { items, next } = cut;
    scoring = scoringAs(scores, cut.isScored);
    if (items.length > 0 || next === null)
      return ok({ items, next, hidden, scoring, exhausted: false });
    at = next;
  }
  return ok({ items: [], next: at, hidden, scoring, exhausted: true });
}
