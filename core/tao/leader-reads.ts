import { LIMITS } from "../limits.ts";
import { assocKey, listKey, uniqueLists } from "./keys.ts";
import type { FillRequest, FillResponse } from "./service.ts";
import type { AssocKey, GraphStore, RangeQuery } from "./store.ts";
import type { Assoc, Read, ReadResult, TaoObject } from "./types.ts";

/** Answers any reads of one shard with at most one store call per kind. */
export async function readFromStore(
  store: GraphStore,
  reads: readonly Read[],
): Promise<readonly ReadResult[]> {
  const objects = new Map<bigint, TaoObject>();
  const points = new Map<string, Assoc>();
  const counts = new Map<string, number>();
  const pages: (readonly Assoc[])[] = [];

  const ids = reads.flatMap((read) => (read.op === "objGet" ? [read.id] : []));
  const keys = reads.flatMap((read) => (read.op === "assocGet" ? pointsOf(read) : []));
  const lists = reads.flatMap((read) => (read.op === "assocCount" ? [read] : []));
  const queries = reads.flatMap((read) => rangeOf(read) ?? []);

  const [rows, edges, sizes, ranges] = await Promise.all([
    ids.length > 0 ? store.objects(ids) : [],
    keys.length > 0 ? store.assocs(keys) : [],
    lists.length > 0 ? store.lists(uniqueLists(lists)) : [],
    queries.length > 0 ? store.ranges(queries) : [],
  ]);
  for (const row of rows) objects.set(row.id, row);
  for (const edge of edges) points.set(assocKey(edge), edge);
  for (const size of sizes) counts.set(listKey(size.id1, size.atype), size.count);
  pages.push(...ranges);

  return reads.map((read): ReadResult => {
    switch (read.op) {
      case "objGet":
        return { op: read.op, object: objects.get(read.id) ?? null };
      case "assocGet":
        return {
          op: read.op,
          assocs: pickPoints(read, (key) => points.get(assocKey(key)) ?? null),
        };
      case "assocCount":
        return { op: read.op, count: counts.get(listKey(read.id1, read.atype)) ?? 0 };
      case "assocRange":
      case "assocTimeRange":
        return { op: read.op, ...cut(pages.shift() ?? [], read.limit) };
    }
  });
}

type PointRead = Extract<Read, { op: "assocGet" }>;

export const pointsOf = ({ id1, atype, id2s }: PointRead): AssocKey[] =>
  id2s.map((id2) => ({ id1, atype, id2 }));

/** The edges of `read` that exist and lie in its time bounds, in the order asked. */
export function pickPoints(read: PointRead, find: (key: AssocKey) => Assoc | null): Assoc[] {
  const { highMs = Number.POSITIVE_INFINITY, lowMs = 0 } = read;
  return pointsOf(read)
    .flatMap((key) => find(key) ?? [])
    .filter((assoc) => assoc.timeMs >= lowMs && assoc.timeMs <= highMs);
}

/** One more than the page, to know whether there is more. */
function rangeOf(read: Read): RangeQuery | null {
  if (read.op === "assocRange") {
    const { id1, atype, after, limit } = read;
    return { id1, atype, after, limit: limit + 1 };
  }
  if (read.op === "assocTimeRange") {
    const { id1, atype, highMs, lowMs, limit } = read;
    return { id1, atype, after: null, highMs, lowMs, limit: limit + 1 };
  }
  return null;
}

/** At most `limit` entries, and never more than a page may have in number or bytes. */
export function cut(assocs: readonly Assoc[], limit: number) {
  let end = Math.min(assocs.length, limit, LIMITS.listEntriesMax);
  let bytes = 0;
  for (let i = 0; i < end; i++) {
    bytes += ENTRY_BYTES + (assocs[i]?.data.length ?? 0);
    // One entry always fits: an edge carries at most 64 KB.
    if (bytes > LIMITS.listBytesMax) end = i;
  }
  return { assocs: end < assocs.length ? assocs.slice(0, end) : assocs, more: end < assocs.length };
}

/** What ids, time and version of an entry take. */
const ENTRY_BYTES = 64;

/** Cache entries for a follower, with at most one store call per kind. */
export async function fillFromStore(
  store: GraphStore,
  request: FillRequest,
): Promise<Omit<FillResponse, "at">> {
  const queries = request.lists.map(({ id1, atype, prefix }) => ({ id1, atype, limit: prefix }));
  const [objects, lists, points] = await Promise.all([
    request.objects.length > 0 ? store.objects(request.objects) : [],
    queries.length > 0 ? store.prefixes(queries) : [],
    request.points.length > 0 ? store.assocs(request.points) : [],
  ]);
  const objectOf = new Map(objects.map((object) => [object.id, object]));
  const pointOf = new Map(points.map((point) => [assocKey(point), point]));
  return {
    objects: request.objects.map((id) => objectOf.get(id) ?? null),
    lists,
    points: request.points.map((key) => pointOf.get(assocKey(key)) ?? null),
  };
}
