import type { Id } from "../ids.ts";
import { type Assoc, compareListOrder } from "./types.ts";

/** One list, newest first, of which the entries from `start` on may be taken. */
export interface ListPart {
  readonly entries: readonly Assoc[];
  readonly start: number;
  /** True when the list goes on after its last known entry. */
  readonly more: boolean;
}

interface Head {
  readonly entries: readonly Assoc[];
  next: number;
  assoc: Assoc;
  isTaken: boolean;
}

/** The newest entries over all parts, in list order. */
export interface Merged {
  readonly page: readonly Assoc[];
  /** True when anything is left. */
  readonly more: boolean;
  /** Each list that is on the page, by its id1, in order of its newest entry there. */
  readonly id1s: readonly Id[];
}

/**
 * Takes `limit` entries. The parts stay sorted by their next entry, so that a page costs
 * little more than itself.
 */
export function mergeNewest(parts: readonly ListPart[], limit: number): Merged {
  const heads: Head[] = [];
  let isCut = false;
  for (const { entries, start, more } of parts) {
    isCut ||= more;
    const assoc = entries[start];
    if (assoc !== undefined) heads.push({ entries, next: start + 1, assoc, isTaken: false });
  }
  heads.sort((a, b) => compareListOrder(a.assoc, b.assoc));
  const page: Assoc[] = [];
  const id1s: Id[] = [];
  let first = 0;
  while (page.length < limit) {
    const head = heads[first];
    if (head === undefined) break;
    page.push(head.assoc);
    if (!head.isTaken) id1s.push(head.assoc.id1);
    head.isTaken = true;
    const assoc = head.entries[head.next++];
    if (assoc === undefined) first++;
    else {
      head.assoc = assoc;
      settle(heads, first);
    }
  }
  return { page, more: isCut || first < heads.length, id1s };
}

/** Moves the head at `place`, whose entry is now older, behind all that are newer. */
function settle(heads: Head[], place: number): void {
  const moving = heads[place];
  if (moving === undefined) return;
  let at = place;
  for (let next = heads[at + 1]; next !== undefined; next = heads[at + 1]) {
    if (compareListOrder(moving.assoc, next.assoc) <= 0) break;
    heads[at++] = next;
  }
  heads[at] = moving;
}
