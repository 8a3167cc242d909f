import { LIMITS } from "../../limits.ts";
import { compareListOrder, type ListCursor } from "../../tao/types.ts";

/** A stretch of a feed in the order of time, newest place first, both ends included. */
export interface Range {
  readonly from: ListCursor;
  readonly to: ListCursor;
}

/** Which end is newer does not matter to whoever tells; it does here. */
export const rangeOf = (a: ListCursor, b: ListCursor): Range =>
  compareListOrder(a, b) <= 0 ? { from: a, to: b } : { from: b, to: a };

export const isSeen = (ranges: readonly Range[], place: ListCursor): boolean =>
  ranges.some(
    ({ from, to }) => compareListOrder(from, place) <= 0 && compareListOrder(place, to) <= 0,
  );

/**
 * All that is in either, newest first, without overlaps. Beyond the bound the oldest go: what
 * they covered counts as not seen, which shows a post again rather than never.
 */
export function mergeRanges(known: readonly Range[], more: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  const sorted = [...known, ...more].toSorted((a, b) => compareListOrder(a.from, b.from));
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last === undefined || compareListOrder(last.to, range.from) < 0) merged.push(range);
    else if (compareListOrder(last.to, range.to) < 0)
      merged[merged.length - 1] = { ...last, to: range.to };
  }
  return merged.slice(0, LIMITS.seenRangesMax);
}
