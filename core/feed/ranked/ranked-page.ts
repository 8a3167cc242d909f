import { LIMITS } from "../../limits.ts";
import type { Id } from "../../ids.ts";
import { ok } from "../../result.ts";
import type { ListCursor } from "../../tao/types.ts";
import type { Outcome } from "../call.ts";
import type { Page } from "../paging.ts";
import type { Post } from "../schemas.ts";
import { toId } from "../views.ts";
import { HiddenTally } from "../visibility.ts";
import { arrange, type Rankable, type Score } from "./heuristic.ts";
import { above, isWithin, type Segment } from "./segment-cursor.ts";

export interface RankedSource {
  /** Visible posts strictly below `after` down to `until` (null: as far as `limit` reaches), newest first. */
  readonly load: (
    after: ListCursor | null,
    until: ListCursor | null,
    limit: number,
  ) => Outcome<Page<Post>>;
  readonly rankable: (post: Post) => Rankable;
  readonly nowMs: number;
}

export interface RankedItem {
  readonly post: Post;
  readonly score: Score;
}

export interface RankedPage {
  readonly items: readonly RankedItem[];
  /** Where the next page goes on; null exactly when nothing can follow. */
  readonly next: Segment | null;
  readonly hidden: HiddenTally;
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
  let at = from ?? begin(source.nowMs, null);
  for (let walked = 0; walked < LIMITS.rankedSegmentsPerPage; walked++) {
    const read = await readSegment(source, at);
    if (!read.ok) return read;
    const { segment, left } = read.value;
    // Told once, with the segment's first page.
    if (segment.shown.length === 0) hidden.addAll(read.value.hidden);
    const arranged = arrange(left.map(source.rankable), segment.asOfMs);
    const items = arranged.slice(0, limit).flatMap(({ index, score }) => {
      const post = left[index];
      return post === undefined ? [] : [{ post, score }];
    });
    const next = following(segment, items, left.length);
    if (items.length > 0 || next === null) return ok({ items, next, hidden, exhausted: false });
    at = next;
  }
  return ok({ items: [], next: at, hidden, exhausted: true });
}

const begin = (asOfMs: number, after: ListCursor | null): Segment => ({
  asOfMs,
  after,
  until: null,
  isLast: false,
  shown: [],
});

/** What is left of a segment, pinned between the places that it had when it was first read. */
async function readSegment({ load }: RankedSource, from: Segment) {
  const isNew = from.shown.length === 0;
  const limit = isNew ? LIMITS.rankedSegment : LIMITS.rankedSegmentMax;
  const page = await load(from.after, from.until, limit);
  if (!page.ok) return page;
  const { items, next, hidden } = page.value;
  const [newest] = items;
  const segment = isNew
    ? {
        ...from,
        // What comes later stays above it.
        after: from.after ?? (newest === undefined ? null : above(placeOf(newest))),
        until: next,
        isLast: next === null,
      }
    : from;
  const shown = new Set<Id>(segment.shown);
  const left = items.filter(
    (post) => !shown.has(toId(post.id)) && isWithin(placeOf(post), segment),
  );
  return ok({ segment, left, hidden });
}

function following(segment: Segment, items: readonly RankedItem[], left: number): Segment | null {
  if (items.length < left) {
    return { ...segment, shown: [...segment.shown, ...items.map(({ post }) => toId(post.id))] };
  }
  return segment.isLast ? null : begin(segment.asOfMs, segment.until);
}
