import { listKey } from "./keys.ts";
import type { ListPrefix } from "./service.ts";
import type { ListRow, PrefixQuery, RangeQuery } from "./store.ts";
import type { Assoc } from "./types.ts";

export const newestOf = ({ id1, atype, limit }: PrefixQuery): RangeQuery => ({
  id1,
  atype,
  after: null,
  limit,
});

/** Puts lengths and edges together that a store has read at one moment. */
export function prefixesFrom(
  queries: readonly PrefixQuery[],
  rows: readonly ListRow[],
  pages: readonly (readonly Assoc[])[],
): ListPrefix[] {
  const rowOf = new Map(rows.map((row) => [listKey(row.id1, row.atype), row]));
  return queries.map(({ id1, atype }, place) => {
    const row = rowOf.get(listKey(id1, atype));
    return { count: row?.count ?? 0, version: row?.version ?? null, assocs: pages[place] ?? [] };
  });
}
