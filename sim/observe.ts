import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { AssocKey } from "../core/tao/store.ts";
import type { UnionAcross } from "../core/tao/tao.ts";
import type { Assoc, ListCursor, Read, ReadResult } from "../core/tao/types.ts";
import type { UnionEntry, UnionRequest } from "../core/tao/union.ts";
import type { Id } from "../core/ids.ts";
import { assocKey } from "../core/tao/keys.ts";
import type { Observation, Seen, SeenEdge } from "./history.ts";
import { type Position, positionOf } from "./position.ts";

type HomeOf = (id: Id) => PhysicalShard;

/** What the answer to one read says, key by key. */
export function observe(read: Read, result: ReadResult, home: HomeOf): readonly Seen[] {
  const shard = home(read.op === "objGet" ? read.id : read.id1);
  return observationsOf(read, result).map((observation) => ({ shard, observation }));
}

function observationsOf(read: Read, result: ReadResult): readonly Observation[] {
  if (read.op === "objGet" && result.op === "objGet") {
    const { object } = result;
    const value =
      object === null ? null : { data: object.data, version: positionOf(object.version) };
    return [{ of: "object", id: read.id, value }];
  }
  if (read.op === "assocCount" && result.op === "assocCount") {
    return [{ of: "count", key: { id1: read.id1, atype: read.atype }, count: result.count }];
  }
  if (read.op === "assocGet" && result.op === "assocGet") return points(read, result.assocs);
  if (read.op === "assocRange" && result.op === "assocRange") {
    const { id1, atype, after } = read;
    const edges = result.assocs.map(seenEdge);
    const downTo = result.more ? placeOf(result.assocs.at(-1)) : null;
    return [{ of: "newest", key: { id1, atype }, edges, after, downTo }];
  }
  if (read.op === "assocTimeRange" && result.op === "assocTimeRange") {
    const { id1, atype, highMs, lowMs } = read;
    const edges = result.assocs.map(seenEdge);
    const after = { timeMs: highMs + 1, id2: LOWEST };
    const bottom = { timeMs: lowMs, id2: LOWEST };
    const downTo = result.more ? placeOf(result.assocs.at(-1)) : bottom;
    return [{ of: "newest", key: { id1, atype }, edges, after, downTo }];
  }
  throw new Error(`a ${result.op} for a ${read.op}`);
}

/** Below every id: bounds of time have no id. */
const LOWEST = 0n as Id;

type PointRead = Extract<Read, { op: "assocGet" }>;

function points(
  { id1, atype, id2s, highMs = Number.POSITIVE_INFINITY, lowMs = 0 }: PointRead,
  found: readonly Assoc[],
): readonly Observation[] {
  const edges = new Map(found.map((edge) => [assocKey(edge), seenEdge(edge)]));
  return id2s.map((id2) => {
    const key: AssocKey = { id1, atype, id2 };
    return { of: "edge", key, value: edges.get(assocKey(key)) ?? null, highMs, lowMs };
  });
}

const seenEdge = ({ id2, timeMs, data, version }: Assoc): SeenEdge => ({
  id2,
  timeMs,
  data,
  version: positionOf(version),
});

const placeOf = (edge: Assoc | UnionEntry | undefined): ListCursor | null =>
  edge === undefined ? null : { timeMs: edge.timeMs, id2: edge.id2 };

type AskedUnion = Omit<UnionRequest, "atLeast">;

/** What a merged page says about its objects and counts and, where one moment made it, about its lists. */
export function observeUnion(
  { id1s, atype, after, counts }: AskedUnion,
  { entries, more, owners }: UnionAcross,
  isOneMoment: boolean,
  home: HomeOf,
): readonly Seen[] {
  const seen: Seen[] = [];
  const add = (id: Id, observation: Observation) => seen.push({ shard: home(id), observation });
  for (const entry of entries) {
    const { id2, object } = entry;
    add(id2, {
      of: "object",
      id: id2,
      value: object === null ? null : { data: object, version: null },
    });
    for (const [place, counted] of counts.entries()) {
      add(id2, {
        of: "count",
        key: { id1: id2, atype: counted },
        count: entry.counts[place] ?? -1,
      });
    }
  }
  for (const [id, data] of owners) add(id, { of: "object", id, value: { data, version: null } });
  const last = entries.at(-1);
  const end = more ? placeOf(last) : null;
  if (!isOneMoment || (more && end === null)) return seen;
  // Two lists may have an edge to the same object at the same time: the page may end between these.
  const before = end === null ? null : { ...end, id2: (end.id2 + 1n) as Id };
  for (const id1 of new Set(id1s)) {
    const edges = entries
      .filter((entry) => entry.id1 === id1)
      .map(({ id2, timeMs, edge }) => ({ id2, timeMs, data: edge, version: null }));
    const downTo = last?.id1 === id1 ? end : before;
    add(id1, { of: "newest", key: { id1, atype }, edges, after, downTo });
  }
  return seen;
}

/** The newest version that an observation tells. */
export function newestOf(observation: Observation): Position {
  switch (observation.of) {
    case "object":
    case "edge":
      return observation.value?.version ?? 0;
    case "newest":
      return observation.edges.reduce((max, { version }) => Math.max(max, version ?? 0), 0);
    case "count":
      return 0;
  }
}
