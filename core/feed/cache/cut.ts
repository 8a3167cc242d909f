import type { Id } from "../../ids.ts";
import { compareListOrder, type ListCursor } from "../../tao/types.ts";
import { ruleOn } from "../stages/filter.ts";
import { HiddenTally } from "../visibility.ts";
import type { BucketCell } from "./cells.ts";
import type { Entry, Slot } from "./entry.ts";

/** A page of an entry, as text. */
export interface Cut {
  /** JSON text of an array of `FeedItem`. */
  readonly items: string;
  /** Where the next page starts; null exactly when nothing can follow. */
  readonly next: ListCursor | null;
  /** Place of the newest post that the viewer may see, on a first page; null when there is none. */
  readonly head: ListCursor | null;
  /** JSON text: what was left out, by rule. */
  readonly hidden: string;
  /** What it was made from: as long as none of them has a newer stamp, it is what it would be now. */
  readonly cells: readonly BucketCell[];
}

export interface Shown {
  readonly slot: Slot;
  readonly cell: BucketCell;
  /** What it embeds, as far as the viewer may see it. */
  readonly inner: BucketCell | null;
}

/**
 * The page below `after`, as `fillPage` and `placeOnce` make it: rules first, each content
 * once, the shortest stretch that shows `limit` posts.
 *
 * @returns null when the entry does not reach that far: the graph must answer.
 */
export function cutPage(entry: Entry, after: ListCursor | null, limit: number): Cut | null {
  const { slots } = entry;
  const shown: Shown[] = [];
  const hidden = new HiddenTally();
  const cells: BucketCell[] = [];
  let at = after;
  let place = after === null ? 0 : firstBelow(slots, after);
  for (; place < slots.length && shown.length < limit; place++) {
    const slot = slots[place];
    if (slot === undefined) break;
    at = slot.at;
    note(cells, slot);
    const one = look(entry, slot, hidden);
    if (one !== null) placeOnce(shown, one, hidden);
  }
  const isFull = shown.length >= limit;
  if (!isFull && entry.floor !== null) return null;
  // Something surely follows a floor; above one that is the end, what is left may all be hidden.
  const rest = isFull && entry.floor === null ? slots.slice(place) : [];
  for (const slot of rest) note(cells, slot);
  const isEnd =
    entry.floor === null && rest.every((slot) => look(entry, slot, new HiddenTally()) === null);
  const [first] = shown;
  return {
    items: `[${shown.map((one) => itemText(entry, one)).join(",")}]`,
    next: isEnd ? null : at,
    head: after === null && first !== undefined ? first.slot.at : null,
    hidden: JSON.stringify(hidden),
    cells,
  };
}

/** What came to the viewer's feed since a place: how much, and from whom, newest first. */
export function newerThan(
  entry: Entry,
  since: ListCursor,
  max: number,
): { readonly count: number; readonly authors: readonly BucketCell[] } {
  const shown: Shown[] = [];
  const unheard = new HiddenTally();
  for (const slot of entry.slots) {
    if (compareListOrder(slot.at, since) >= 0 || shown.length >= max) break;
    const one = look(entry, slot, unheard);
    if (one !== null && one.cell.author !== entry.record.viewer) placeOnce(shown, one, unheard);
  }
  const authors = new Map(shown.map(({ cell }) => [cell.author, cell]));
  return { count: shown.length, authors: [...authors.values()] };
}

/** Place of the first slot below `after`. */
function firstBelow(slots: readonly Slot[], after: ListCursor): number {
  const place = slots.findIndex((slot) => compareListOrder(after, slot.at) < 0);
  return place < 0 ? slots.length : place;
}

/** What the viewer may see of a slot; nothing, and why, otherwise. */
export function look(entry: Entry, slot: Slot, hidden: HiddenTally): Shown | null {
  const { cell, rule, original } = slot;
  if (rule !== null) hidden.add(rule);
  // Deleted: its place in the author's list went with it.
  if (cell === null || cell.isGone) return null;
  const inner = original === null || original.isGone ? null : original;
  const chain = { post: cell, embeds: cell.embeds, original: inner };
  const ruling = ruleOn(chain, entry.record.standing, "home");
  if (ruling.rule === null) return { slot, cell, inner: ruling.isWhole ? inner : null };
  hidden.add(ruling.rule);
  return null;
}

/** As `placeOnce` of the select stage, over slots. */
export function placeOnce(shown: Shown[], one: Shown, hidden: HiddenTally): void {
  const content = repostOf(one.cell);
  if (
    content !== null &&
    shown.some(({ cell }) => cell.id === content || repostOf(cell) === content)
  ) {
    hidden.add("duplicate");
    return;
  }
  const repost = shown.findIndex(({ cell }) => repostOf(cell) === one.cell.id);
  if (repost >= 0) {
    shown.splice(repost, 1);
    hidden.add("duplicate");
  }
  shown.push(one);
}

const repostOf = ({ embeds, original }: BucketCell): Id | null =>
  embeds === "repost" ? original : null;

export function itemText(entry: Entry, { cell, inner }: Shown): string {
  const text = cell.text(entry.reactionTo(cell.id));
  const source = `"source":"${entry.sourceOf(cell.author)}"}`;
  if (cell.embeds === "nothing") return `${text},${source}`;
  const embedded = inner === null ? "null" : `${inner.text(entry.reactionTo(inner.id))}}`;
  return `${text},"${cell.embeds}Of":${embedded},${source}`;
}

export function note(cells: BucketCell[], { cell, original }: Slot): void {
  if (cell !== null) cells.push(cell);
  if (original !== null) cells.push(original);
}
