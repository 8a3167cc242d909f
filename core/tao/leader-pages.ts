import { isWholeCell, type ListCell } from "./leader-cells.ts";
import type { ListPrefix } from "./service.ts";
import type { RangeQuery } from "./store.ts";
import { type Assoc, compareListOrder } from "./types.ts";

const NONE = { count: 0, version: null, assocs: [] };

/** The newest `limit` edges from what is known of a list; undefined when that is too little. */
export function prefixFrom(cell: ListCell | undefined, limit: number): ListPrefix | undefined {
  if (cell === undefined) return undefined;
  const { row, prefix } = cell;
  if (row === null) return NONE;
  const { count, version } = row;
  if (limit === 0) return { count, version, assocs: [] };
  if (prefix === null || prefix.length < Math.min(limit, count)) return undefined;
  return { count, version, assocs: prefix.length > limit ? prefix.slice(0, limit) : prefix };
}

/** The answer to a range from what is known of its list; undefined when that is too little. */
export function pageFrom(
  cell: ListCell | undefined,
  query: RangeQuery,
): readonly Assoc[] | undefined {
  if (cell === undefined) return undefined;
  const { row, prefix } = cell;
  if (row === null || query.limit === 0) return [];
  if (prefix === null) return undefined;
  const { after, highMs = Number.POSITIVE_INFINITY, lowMs = 0, limit } = query;
  const page: Assoc[] = [];
  for (const assoc of prefix) {
    // All that follow are older still.
    if (assoc.timeMs < lowMs) return page;
    if (assoc.timeMs > highMs || (after !== null && compareListOrder(after, assoc) >= 0)) continue;
    page.push(assoc);
    if (page.length === limit) return page;
  }
  return isWholeCell(cell) ? page : undefined;
}
