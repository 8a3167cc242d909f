import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { ListCursor } from "../../tao/types.ts";
import type { HiddenTally } from "../visibility.ts";
import type { Weights } from "../../ranking/weights.ts";
import { arrange, type Rankable, type Score } from "./arrange.ts";
import { above, isWithin, type Segment } from "./segment-cursor.ts";

/** What the viewer may see of a stretch of a feed, newest first. */
export interface SegmentRead<T> {
  readonly items: readonly T[];
  /** Its last place, if something may follow it; null: it is the feed's end. */
  readonly next: ListCursor | null;
  /** What rules hid in it. */
  readonly hidden: HiddenTally;
}

/** How the items of a segment are told apart and scored. */
export interface SegmentItems<T> {
  readonly placeOf: (item: T) => ListCursor;
  readonly rankable: (item: T) => Rankable;
  readonly weights: Weights;
}

export interface RankedItem<T> {
  readonly item: T;
  /** null in the order of time. */
  readonly score: Score | null;
}

export interface SegmentCut<T> {
  readonly items: readonly RankedItem<T>[];
  /** Where the next page goes on; null exactly when nothing can follow. */
  readonly next: Segment | null;
  /** Told once, with the segment's first page; null: it was told. */
  readonly hidden: HiddenTally | null;
  /** False: something in it has no score, so that it is in the order of time. */
  readonly isScored: boolean;
}

export const beginSegment = (asOfMs: number, after: ListCursor | null): Segment => ({
  asOfMs,
  after,
  until: null,
  isLast: false,
  shown: [],
});

/** Nothing of it was shown: its ends are not known yet. */
export const isNew = ({ shown }: Segment): boolean => shown.length === 0;

/** Candidates to read for a segment: of one that has begun, all between its ends. */
export const segmentLimit = (segment: Segment): number =>
  isNew(segment) ? LIMITS.rankedSegment : LIMITS.rankedSegmentMax;

/** The next page of what is left of a segment, best first; pins the ends of a new one. */
export function cutSegment<T>(
  read: SegmentRead<T>,
  from: Segment,
  limit: number,
  { placeOf, rankable, weights }: SegmentItems<T>,
): SegmentCut<T> {
  const segment = isNew(from) ? pinned(read, from, placeOf) : from;
  const shown = new Set<Id>(segment.shown);
  const left = read.items.filter((item) => {
    const place = placeOf(item);
    return !shown.has(place.id2) && isWithin(place, segment);
  });
  const arranged = arrange(left.map(rankable), weights);
  const items = arranged.slice(0, limit).flatMap(({ index, score }) => {
    const item = left[index];
    return item === undefined ? [] : [{ item, score }];
  });
  const ids = items.map(({ item }) => placeOf(item).id2);
  return {
    items,
    next:
      items.length < left.length
        ? { ...segment, shown: [...segment.shown, ...ids] }
        : after(segment),
    hidden: isNew(from) ? read.hidden : null,
    isScored: items.every(({ score }) => score !== null),
  };
}

function pinned<T>(
  { items, next }: SegmentRead<T>,
  from: Segment,
  placeOf: (item: T) => ListCursor,
): Segment {
  const [newest] = items;
  return {
    ...from,
    // What comes later stays above it.
    after: from.after ?? (newest === undefined ? null : above(placeOf(newest))),
    until: next,
    isLast: next === null,
  };
}

const after = ({ isLast, asOfMs, until }: Segment): Segment | null =>
  isLast ? null : beginSegment(asOfMs, until);
