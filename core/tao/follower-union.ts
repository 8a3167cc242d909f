import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { isWhole, Needs, type View } from "./follower-view.ts";
import type { ListPrefix } from "./service.ts";
import { type Assoc, compareListOrder, type Read, type ReadResult } from "./types.ts";
import type { UnionEntry, UnionRequest, UnionResponse } from "./union.ts";

/** What the union asks of its follower. */
export interface UnionPorts {
  /** Fills the view with what `needs` names. */
  readonly gather: (needs: Needs) => Promise<Failure | null>;
  /** Straight from the leader, for pages below any prefix that is worth caching. */
  readonly readDeep: (reads: readonly Read[]) => Promise<Result<readonly ReadResult[], Failure>>;
}

const FILL_ROUNDS = 2;

/** The part of each list that this page can use, newest first. */
type Parts = ReadonlyMap<Id, { readonly entries: readonly Assoc[]; readonly more: boolean }>;

/**
 * The newest entries over many lists of this shard, with objects and counts. At most
 * two leader calls when cold: the lists, then what their newest entries need.
 */
export async function answerUnion(
  request: UnionRequest,
  view: View,
  ports: UnionPorts,
): Promise<Result<Omit<UnionResponse, "at">, Failure>> {
  const parts = await gatherParts(request, view, ports);
  if (!parts.ok) return parts;
  const merged = [...parts.value.values()]
    .flatMap((part) => part.entries)
    .toSorted(compareListOrder);
  const page = merged.slice(0, request.limit);
  const failure = await ports.gather(detailNeeds(page, request, view));
  if (failure !== null) return err(failure);

  const owners = new Map<Id, string>();
  for (const { id1 } of page) {
    const owner = owners.has(id1) ? null : view.object(id1);
    if (owner) owners.set(id1, owner.data);
  }
  const entries = page.map((edge) => toEntry(edge, request, view));
  const hasMore = [...parts.value.values()].some((part) => part.more);
  return ok({ entries, more: merged.length > page.length || hasMore, owners });
}

/**
 * From each list its newest `limit` + 1 entries below the cursor, or all of them: then no
 * list can hide an entry that belongs on the page.
 */
async function gatherParts(
  request: UnionRequest,
  view: View,
  ports: UnionPorts,
): Promise<Result<Parts, Failure>> {
  const { atype, after, limit } = request;
  const id1s = [...new Set(request.id1s)];
  let lacking = id1s;
  // A list that is new here may need a second look: only its first fill tells its length.
  for (let round = 0; round < FILL_ROUNDS; round++) {
    const needs = new Needs();
    if (round === 0) needs.asked = id1s.length;
    for (const id1 of lacking) {
      const prefix = prefixFor(request, view.list(id1, atype));
      if (prefix > 0 && prefix <= LIMITS.unionPrefixMax) needs.list(id1, atype, prefix);
    }
    const failure = await ports.gather(needs);
    if (failure !== null) return err(failure);
    lacking = lacking.filter((id1) => prefixFor(request, view.list(id1, atype)) > 0);
    if (lacking.length === 0) break;
  }
  const deep = lacking;

  const parts = new Map(id1s.map((id1) => [id1, partOf(view.list(id1, atype), request)]));
  if (deep.length === 0) return ok(parts);
  const answer = await ports.readDeep(
    deep.map((id1) => ({ op: "assocRange", id1, atype, after, limit: limit + 1 })),
  );
  if (!answer.ok) return answer;
  for (const [index, id1] of deep.entries()) {
    const result = answer.value[index];
    if (result?.op === "assocRange") parts.set(id1, { entries: result.assocs, more: result.more });
  }
  return ok(parts);
}

/** How many newest edges of a list the cache must hold for this page; 0 when it does. */
function prefixFor(request: UnionRequest, list: ListPrefix | undefined): number {
  const { after, limit } = request;
  if (list === undefined) return Math.max(LIMITS.listPrefix, limit + 1);
  if (isWhole(list)) return 0;
  const known = after === null ? list.assocs.length : below(list, request).length;
  if (known > limit) return 0;
  // Doubling keeps a reader who scrolls far from refetching the list for every page.
  const wanted = Math.max(list.assocs.length - known + limit + 1, list.assocs.length * 2);
  return Math.min(wanted, list.count);
}

function below(list: ListPrefix, { after }: UnionRequest): readonly Assoc[] {
  if (after === null) return list.assocs;
  const start = list.assocs.findIndex((assoc) => compareListOrder(after, assoc) < 0);
  return start < 0 ? [] : list.assocs.slice(start);
}

function partOf(list: ListPrefix | undefined, request: UnionRequest) {
  if (list === undefined) return { entries: [], more: false };
  const entries = below(list, request);
  const cut = entries.length > request.limit + 1 ? entries.slice(0, request.limit + 1) : entries;
  return { entries: cut, more: cut.length > request.limit };
}

function detailNeeds(page: readonly Assoc[], request: UnionRequest, view: View): Needs {
  const needs = new Needs();
  for (const { id1, id2 } of page) {
    needs.asked += 1 + request.counts.length;
    if (view.object(id1) === undefined) needs.object(id1);
    if (view.object(id2) === undefined) needs.object(id2);
    for (const atype of request.counts) {
      if (view.list(id2, atype) === undefined) needs.list(id2, atype, 0);
    }
  }
  return needs;
}

const toEntry = (edge: Assoc, request: UnionRequest, view: View): UnionEntry => ({
  id1: edge.id1,
  id2: edge.id2,
  timeMs: edge.timeMs,
  edge: edge.data,
  counts: request.counts.map((atype) => view.list(edge.id2, atype)?.count ?? 0),
  object: view.object(edge.id2)?.data ?? null,
});
