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
}

/**
 * The newest `limit` entries over all parts, in list order; `more` when anything is left.
 * The parts stay sorted by their next entry, so that a page costs little more than itself.
 */
export function mergeNewest(
  parts: readonly ListPart[],
  limit: number,
): { readonly page: readonly Assoc[]; readonly more: boolean } {
  const heads = parts
    .flatMap(({ entries, start }): Head[] => {
      const assoc = entries[start];
      return assoc === undefined ? [] : [{ entries, next: start + 1, assoc }];
    })
    .toSorted((a, b) => compareListOrder(a.assoc, b.assoc));
  const page: Assoc[] = [];
  let first = 0;
  while (page.length < limit) {
    const head = heads[first];
    if (head === undefined) break;
    page.push(head.assoc);
    const assoc = head.entries[head.next++];
    if (assoc === undefined) first++;
    else {
      head.assoc = assoc;
      settle(heads, first);
    }
  }
  return { page, more: first < heads.length || parts.some((part) => part.more) };
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
