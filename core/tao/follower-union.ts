import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { isWhole, Needs, type View } from "./follower-view.ts";
import type { ListPrefix } from "./service.ts";
import { type ListPart, type Merged, mergeNewest } from "./list-merge.ts";
import {
  type Assoc,
  compareListOrder,
  type Read,
  type ReadResult,
  type TaoObject,
} from "./types.ts";
import { encodeUnionEntry, type UnionLines, type UnionRequest } from "./union.ts";
import type { UnionLists } from "./union-lists.ts";

/** What the union asks of its follower. */
export interface UnionPorts {
  /** Fills the view with what `needs` names; null at once, with nothing to wait for, where it names nothing. */
  readonly gather: (needs: Needs) => Promise<Failure | null> | null;
  /** Straight from the leader, for pages below any prefix that is worth caching. */
  readonly readDeep: (reads: readonly Read[]) => Promise<Result<readonly ReadResult[], Failure>>;
}

const FILL_ROUNDS = 2;

type Asked = Omit<UnionRequest, "id1s">;

/**
 * The newest entries over many lists of this shard, with objects and counts. At most
 * two leader calls when cold: the lists, then what their newest entries need.
 */
export async function answerUnion(
  request: Asked,
  { id1s, keys }: UnionLists,
  view: View,
  ports: UnionPorts,
): Promise<Result<Pick<UnionLines, "lines" | "more" | "owners">, Failure>> {
  const lists = keys.map((key) => view.listAt(key));
  const isHere = lackingOf(lists, request).length === 0;
  const parts = isHere
    ? ok(lists.map((list) => partOf(list, request)))
    : await gatherParts({ id1s, lists }, request, view, ports);
  if (!parts.ok) return parts;
  const merged = mergeNewest(parts.value, request.limit);
  const { page } = merged;
  const counts = request.counts.join(",");
  const known = page.map((edge) => view.line(edge, counts));
  let owners = ownersOf(merged, view);
  // Again when what was cached went meanwhile; what was filled stays in the view, so this ends.
  for (let round = 0; ; round++) {
    const needs = detailNeeds(page, known, request, view);
    for (const [id1, owner] of owners) if (owner === undefined) needs.object(id1);
    if (round > 0 && needs.isEmpty) break;
    if (round === 0)
      needs.asked = page.length * (1 + request.counts.length) + (isHere ? id1s.length : 0);
    const gathering = ports.gather(needs);
    // All known, and no turn passed in which anything could go.
    if (gathering === null) break;
    const failure = await gathering;
    if (failure !== null) return err(failure);
    owners = ownersOf(merged, view);
  }
  const lines = page.map((edge, place) => known[place] ?? render(edge, request, counts, view));
  return ok({ lines, more: merged.more, owners: owners.flatMap(ownerLine) });
}

interface Lists {
  readonly id1s: readonly Id[];
  /** By place in `id1s`, as far as they are known. */
  readonly lists: readonly (ListPrefix | undefined)[];
}

/** From each list enough entries below the cursor that none which belongs on the page is hidden. */
async function gatherParts(
  { id1s, lists: known }: Lists,
  request: Asked,
  view: View,
  ports: UnionPorts,
): Promise<Result<readonly ListPart[], Failure>> {
  const { atype, after, limit } = request;
  const lists = [...known];
  let lacking = lackingOf(lists, request);
  // A list that is new here may need a second look: only its first fill tells its length.
  for (let round = 0; round < FILL_ROUNDS && lacking.length > 0; round++) {
    const needs = new Needs();
    if (round === 0) needs.asked = id1s.length;
    for (const place of lacking) {
      const prefix = prefixFor(request, lists[place]);
      const id1 = id1s[place];
      if (id1 !== undefined && prefix <= LIMITS.unionPrefixMax) needs.list(id1, atype, prefix);
    }
    const gathering = ports.gather(needs);
    const failure = gathering === null ? null : await gathering;
    if (failure !== null) return err(failure);
    for (const place of lacking) lists[place] = view.list(id1s[place] as Id, atype);
    lacking = lackingOf(lists, request);
  }
  const parts = lists.map((list): ListPart => partOf(list, request));
  if (lacking.length === 0) return ok(parts);

  const answer = await ports.readDeep(
    lacking.map((place) => ({
      op: "assocRange",
      id1: id1s[place] as Id,
      atype,
      after,
      limit: limit + 1,
    })),
  );
  if (!answer.ok) return answer;
  for (const [index, place] of lacking.entries()) {
    const result = answer.value[index];
    if (result?.op !== "assocRange") continue;
    parts[place] = { entries: result.assocs, start: 0, more: result.more };
  }
  return ok(parts);
}

/** Places of the lists whose known prefix is too short for this page. */
function lackingOf(lists: readonly (ListPrefix | undefined)[], request: Asked): number[] {
  const places: number[] = [];
  for (let place = 0; place < lists.length; place++) {
    if (prefixFor(request, lists[place]) > 0) places.push(place);
  }
  return places;
}

/** How many newest edges of a list the cache must hold for this page; 0 when it does. */
function prefixFor(request: Asked, list: ListPrefix | undefined): number {
  const { limit } = request;
  if (list === undefined) return Math.max(LIMITS.listPrefix, limit + 1);
  if (isWhole(list)) return 0;
  const known = list.assocs.length - startOf(list, request);
  if (known > limit) return 0;
  // Doubling keeps a reader who scrolls far from refetching the list for every page.
  const wanted = Math.max(list.assocs.length - known + limit + 1, list.assocs.length * 2);
  return Math.min(wanted, list.count);
}

/** Place of the newest entry below the cursor: by halves, since who scrolls far has long lists. */
function startOf({ assocs }: ListPrefix, { after }: Asked): number {
  if (after === null) return 0;
  let from = 0;
  let to = assocs.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const assoc = assocs[middle];
    if (assoc !== undefined && compareListOrder(after, assoc) < 0) to = middle;
    else from = middle + 1;
  }
  return from;
}

const partOf = (list: ListPrefix | undefined, request: Asked): ListPart =>
  list === undefined
    ? { entries: [], start: 0, more: false }
    : { entries: list.assocs, start: startOf(list, request), more: !isWhole(list) };

type Owner = readonly [id1: Id, owner: TaoObject | null | undefined];

const ownersOf = ({ id1s }: Merged, view: View): Owner[] =>
  id1s.map((id1) => [id1, view.object(id1)]);

const ownerLine = ([id1, owner]: Owner): (readonly [Id, string])[] =>
  owner ? [[id1, owner.data]] : [];

/** What lines that are not `known` yet need. */
function detailNeeds(
  page: readonly Assoc[],
  known: readonly (string | undefined)[],
  request: Asked,
  view: View,
): Needs {
  const needs = new Needs();
  for (let place = 0; place < page.length; place++) {
    const id2 = page[place]?.id2;
    if (known[place] !== undefined || id2 === undefined) continue;
    if (view.object(id2) === undefined) needs.object(id2);
    for (const atype of request.counts) {
      if (view.list(id2, atype) === undefined) needs.list(id2, atype, 0);
    }
  }
  return needs;
}

/** The line of an edge, kept for the next page that shows it. */
function render(edge: Assoc, request: Asked, counts: string, view: View): string {
  const line = encodeUnionEntry({
    id1: edge.id1,
    id2: edge.id2,
    timeMs: edge.timeMs,
    edge: edge.data,
    counts: request.counts.map((atype) => view.list(edge.id2, atype)?.count ?? 0),
    object: view.object(edge.id2)?.data ?? null,
  });
  view.keepLine(edge, counts, line);
  return line;
}
