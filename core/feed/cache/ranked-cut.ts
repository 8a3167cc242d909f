import { compareListOrder } from "../../tao/types.ts";
import { isSeen } from "../explain/seen-ranges.ts";
import type { Weights } from "../../ranking/weights.ts";
import type { Rankable } from "../ranked/arrange.ts";
import { wishOf } from "../ranked/context.ts";
import { type Scoring, scoringAs, unscored } from "../ranked/scores.ts";
import { beginSegment, cutSegment, isNew, segmentLimit } from "../ranked/segment.ts";
import { isWithin, type Segment } from "../ranked/segment-cursor.ts";
import { HiddenTally } from "../visibility.ts";
import type { BucketCell } from "./cells.ts";
import { type Cut, itemText, look, note, placeOnce, type Shown } from "./cut.ts";
import type { Entry, Slot } from "./entry.ts";

/** A page in the order of scores; `next` says where the next one goes on. */
export type RankedCut = Omit<Cut, "next"> & {
  readonly next: Segment | null;
  readonly scoring: Scoring;
};

/**
 * The next page of a ranked feed from an entry, as `rankedPage` makes it from the graph: rules and
 * weights are of this moment, probabilities are those that were kept.
 *
 * @param from null: a first page.
 * @returns null when the entry does not hold the segment, or nothing of it is left: the graph must answer.
 */
export function cutRanked(
  entry: Entry,
  from: Segment | null,
  limit: number,
  nowMs: number,
  weights: Weights,
): RankedCut | null {
  const segment = from ?? beginSegment(nowMs, null);
  if (!reaches(entry, segment)) return null;
  const shown: Shown[] = [];
  const hidden = new HiddenTally();
  const cells: BucketCell[] = [];
  const max = segmentLimit(segment);
  let last: Slot | null = null;
  let isCut = false;
  for (const slot of entry.slots) {
    if (!isWithin(slot.at, segment)) continue;
    isCut = shown.length >= max;
    if (isCut) break;
    last = slot;
    note(cells, slot);
    const one = look(entry, slot, hidden);
    if (one !== null) placeOnce(shown, one, hidden);
  }
  const isEnd = !isCut && entry.floor === null;
  const next = isEnd ? null : isCut ? (last?.at ?? null) : entry.floor;
  const cut = cutSegment({ items: shown, next, hidden }, segment, limit, {
    placeOf: ({ slot }) => slot.at,
    rankable: (one) => rankableOf(entry, one),
    weights,
  });
  if (cut.items.length === 0 && cut.next !== null) return null;
  const [newest] = shown;
  return {
    items: `[${cut.items.map(({ item }) => itemText(entry, item)).join(",")}]`,
    next: cut.next,
    head: from === null && newest !== undefined ? newest.slot.at : null,
    hidden: JSON.stringify(cut.hidden ?? NOTHING),
    scoring: scoringAs(entry.record.scores ?? unscored("not_scored"), cut.isScored),
    cells,
  };
}

const NOTHING = new HiddenTally();

/** Whether all of a segment that has begun is here; of a new one, where it begins. */
function reaches({ floor }: Entry, segment: Segment): boolean {
  if (floor === null) return true;
  const end = isNew(segment) ? segment.after : segment.until;
  if (end === null) return isNew(segment);
  const order = compareListOrder(end, floor);
  return isNew(segment) ? order < 0 : order <= 0;
}

function rankableOf(entry: Entry, { slot, cell, inner }: Shown): Rankable {
  const { ranking } = entry.record;
  return {
    author: String(cell.author),
    probabilities: entry.probabilitiesOf(cell),
    feedback: wishOf(
      ranking,
      cell.author,
      cell.embeds === "repost" ? (inner?.author ?? null) : null,
    ),
    seen: isSeen(ranking.seen, slot.at),
  };
}
