import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import { compareListOrder, type ListCursor } from "../../tao/types.ts";
import { compareVersions, type Version } from "../../tao/version.ts";
import type { FeedSource, ReactionKind } from "../schemas.ts";
import type { Weighing } from "../../ranking/weighing.ts";
import { type Estimate, estimator } from "../ranked/scores.ts";
import { authorsOf } from "../stages/home-viewer.ts";
import { sourceOf } from "../standing.ts";
import type { HideRule } from "../visibility.ts";
import type { BucketCell, CellTable } from "./cells.ts";
import type { CellContent, EntryRecord } from "./record.ts";
import { type Cut, cutPage } from "./cut.ts";
import { OwnWrites } from "./own-writes.ts";
import type { OwnWrite } from "./port.ts";
import { cutRanked, type RankedCut } from "./ranked-cut.ts";

/** A place of an entry, with what is there. */
export interface Slot {
  readonly at: ListCursor;
  /** null: hidden when the entry was built, by `rule`. */
  readonly cell: BucketCell | null;
  readonly rule: HideRule | null;
  /** What `cell` embeds, if it is known. */
  readonly original: BucketCell | null;
}

/** A post that an event brings, after the bucket's own knowledge of it was applied. */
export interface Arrival {
  readonly timeMs: number;
  readonly content: CellContent;
  readonly original: CellContent | null;
}

/** A first page as it was last made. */
interface Kept<C> {
  readonly limit: number;
  readonly cut: C;
  /** Of the table, when the page was last found to be right. */
  stamp: number;
}

/** Most of the time nothing at all has changed in the bucket. */
const isCurrent = ({ cut, stamp }: Kept<Pick<Cut, "cells">>, now: number): boolean =>
  stamp === now || cut.cells.every((cell) => cell.stamp <= stamp);

/** Estimates, bytes: a slot, a post's probabilities, and an id in a set or a map. */
const SLOT_BYTES = 120;
const SCORE_BYTES = 160;
const ID_BYTES = 60;

/** One viewer's feed in a bucket: what was read, and what arrived since. */
export class Entry {
  readonly record: Omit<EntryRecord, "slots" | "cells" | "floor">;
  /** Newest first; complete from the newest down to `floor`. */
  readonly slots: Slot[] = [];
  /** As in `EntryRecord`. */
  floor: ListCursor | null;
  #page: Kept<Cut> | null = null;
  #ranked: (Kept<RankedCut> & { readonly weights: string }) | null = null;
  /** For posts that came after the scoring. */
  readonly #estimateFor: (author: Id) => Estimate | null;
  readonly #own = new OwnWrites();
  readonly #authors: ReadonlySet<Id>;
  readonly #cells: CellTable;

  constructor({ slots, cells, floor, ...record }: EntryRecord, table: CellTable) {
    this.record = record;
    this.floor = floor;
    this.#authors = new Set(authorsOf(record.viewer, record.standing));
    this.#cells = table;
    for (const { at, original, rule } of slots) {
      const content = rule === null ? cells.get(at.id2) : undefined;
      if (rule === null && content === undefined) continue;
      const inner = original === null ? undefined : cells.get(original);
      this.slots.push({
        at,
        rule,
        cell: content === undefined ? null : this.#hold(content, record.builtMs),
        original: inner === undefined ? null : this.#hold(inner, record.builtMs),
      });
    }
    this.#estimateFor = estimator(this.#scored());
  }

  get bytes(): number {
    const { standing, reactions, ticket } = this.record;
    const { follows, friends, blocks, blockedBy, mutes, covers } = standing;
    const sets = [follows, friends, blocks, blockedBy, mutes, covers, this.#authors];
    const ids = sets.reduce((sum, set) => sum + (set?.size ?? 0), reactions.kinds.size);
    const cells = this.slots.reduce(
      (sum, { cell, original }) => sum + SLOT_BYTES + (cell?.bytes ?? 0) + (original?.bytes ?? 0),
      0,
    );
    const scored = (this.record.scores?.of.size ?? 0) * SCORE_BYTES;
    // Cells are counted as if they were not shared, and as a page once more.
    return cells * 2 + scored + ids * ID_BYTES + ticket.length;
  }

  /** Whether posts of `author` belong here. */
  follows = (author: Id): boolean => this.#authors.has(author);

  /** The rules need to know how the viewer stands to everybody that turns up. */
  knows = (user: Id): boolean => {
    const { covers, viewer } = this.record.standing;
    return covers === null || user === viewer || covers.has(user);
  };

  sourceOf = (author: Id): FeedSource => sourceOf(author, this.record.standing);

  reactionTo(id: Id): ReactionKind | null {
    const told = this.#own.reactionTo(id);
    return told === undefined ? (this.record.reactions.kinds.get(id) ?? null) : told;
  }

  /** Of each head: the model's, or borrowed where a post came later; null: nothing was scored. */
  probabilitiesOf({ id, author }: BucketCell): readonly number[] | null {
    return this.record.scores?.of.get(id) ?? this.#estimateFor(author)?.probabilities ?? null;
  }

  /** Nothing of the viewer's shard in it is newer. */
  get upTo(): Version | null {
    const { upTo } = this.record;
    const told = this.#own.upTo;
    return compareVersions(upTo, told) < 0 ? told : upTo;
  }

  /** Whether it shows all that a client wrote on a shard, up to there. */
  reflects = (shard: PhysicalShard, at: Version): boolean =>
    this.#own.reflects(shard, at, this.record.wrote.get(shard) ?? null);

  /**
   * What the viewer wrote; counts come by themselves.
   *
   * @param isRead whether it was surely there when the entry was read.
   */
  own(write: OwnWrite, isRead: boolean): void {
    const isNews = !isRead && compareVersions(this.record.since, write.at) < 0;
    if (!this.#own.add(write, isNews)) return;
    this.#page = null;
    this.#ranked = null;
  }

  /**
   * Puts a post in its place, with its content as of when it was written: what is known of it is
   * newer. Again, or below what the entry is complete for, it changes nothing.
   */
  insert({ timeMs, content, original }: Arrival): void {
    const { id, author } = content.post;
    const at = { timeMs, id2: id };
    if (!this.follows(author)) return;
    if (this.floor !== null && compareListOrder(this.floor, at) < 0) return;
    const found = this.slots.findIndex((slot) => compareListOrder(slot.at, at) >= 0);
    const place = found < 0 ? this.slots.length : found;
    const known = this.slots[place]?.at.id2 === id ? this.slots[place] : undefined;
    if (known !== undefined && (known.original !== null || original === null)) return;
    this.slots.splice(place, known === undefined ? 0 : 1, {
      at,
      rule: null,
      cell: this.#hold(content, timeMs),
      original: original === null ? null : this.#hold(original, timeMs),
    });
    // What it embeds was on a shard whose follower did not have it yet when the entry was read.
    if (known !== undefined) this.#release(known);
    this.#page = null;
    this.#ranked = null;
    while (this.slots.length > LIMITS.feedEntryPostsMax) this.#dropOldest();
  }

  /** The first page, made again only when something in it has changed; null as `cutPage` says. */
  firstPage(limit: number): Cut | null {
    const { stamp } = this.#cells;
    const known = this.#page;
    if (known?.limit === limit && isCurrent(known, stamp)) {
      known.stamp = stamp;
      return known.cut;
    }
    const cut = cutPage(this, null, limit);
    this.#page = cut && { limit, cut, stamp };
    return cut;
  }

  /**
   * The same, best first: an order stays until something in it changes, or the weights do.
   */
  firstRanked(limit: number, nowMs: number, { version, weights }: Weighing): RankedCut | null {
    const { stamp } = this.#cells;
    const known = this.#ranked;
    if (known?.limit === limit && known.weights === version && isCurrent(known, stamp)) {
      known.stamp = stamp;
      return known.cut;
    }
    const cut = cutRanked(this, null, limit, nowMs, weights);
    this.#ranked = cut && { limit, cut, stamp, weights: version };
    return cut;
  }

  /** Lets go of the cells; the entry is of no use any more. */
  release(): void {
    for (const slot of this.slots.splice(0)) this.#release(slot);
  }

  *#scored() {
    for (const { cell } of this.slots) {
      const probabilities = cell && this.record.scores?.of.get(cell.id);
      if (probabilities) yield { author: cell.author, probabilities };
    }
  }

  #dropOldest(): void {
    const oldest = this.slots.pop();
    if (oldest === undefined) return;
    this.#release(oldest);
    this.floor = this.slots.at(-1)?.at ?? this.floor;
  }

  #hold(content: CellContent, asOfMs: number): BucketCell {
    const cell = this.#cells.take(content, asOfMs);
    cell.refs++;
    return cell;
  }

  #release({ cell, original }: Slot): void {
    this.#cells.release(cell);
    this.#cells.release(original);
  }
}
