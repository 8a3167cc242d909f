import { LIMITS } from "../limits.ts";
import { isWhole, Needs, type View } from "./follower-view.ts";
import { cut, pickPoints, pointsOf } from "./leader-reads.ts";
import type { ListPrefix } from "./service.ts";
import type { AssocKey } from "./store.ts";
import { type Assoc, compareListOrder, type Read, type ReadResult } from "./types.ts";

/** A read that reaches below any cached prefix. */
export interface DeepRead {
  readonly index: number;
  readonly read: Read;
}

/** What the cache lacks for these reads, and the reads that it will not serve at all. */
export function missesOf(
  reads: readonly Read[],
  view: View,
): { readonly needs: Needs; readonly deep: readonly DeepRead[] } {
  const needs = new Needs();
  const deep: DeepRead[] = [];
  for (const [index, read] of reads.entries()) {
    if (!noteMisses(read, view, needs)) deep.push({ index, read });
  }
  return { needs, deep };
}

/** @returns false when the read must go to the leader as it is. */
function noteMisses(read: Read, view: View, needs: Needs): boolean {
  needs.asked += read.op === "assocGet" ? read.id2s.length : 1;
  switch (read.op) {
    case "objGet":
      if (view.object(read.id) === undefined) needs.object(read.id);
      return true;
    case "assocCount":
      if (view.list(read.id1, read.atype) === undefined) needs.list(read.id1, read.atype, 0);
      return true;
    case "assocGet":
      for (const key of pointsOf(read)) {
        if (findPoint(key, view) === undefined) needs.point(key);
      }
      return true;
    case "assocRange":
    case "assocTimeRange":
      return noteRange(read, view, needs);
  }
}

type RangeRead = Extract<Read, { op: "assocRange" | "assocTimeRange" }>;

function noteRange(read: RangeRead, view: View, needs: Needs): boolean {
  const list = view.list(read.id1, read.atype);
  if (list !== undefined && pageOf(read, list) !== null) return true;
  const startsAtTop = read.op === "assocRange" && read.after === null;
  // A page that starts below the top may lie anywhere: a longer prefix is only worth it near the top.
  if (list !== undefined && !startsAtTop && list.count > LIMITS.listPrefix) return false;
  if (list === undefined && !startsAtTop) return false;
  needs.list(read.id1, read.atype, Math.max(LIMITS.listPrefix, read.limit + 1));
  return true;
}

/** The answer to `read` from the view; what is unknown after the fill does not exist. */
export function answerRead(read: Read, view: View): ReadResult {
  switch (read.op) {
    case "objGet":
      return { op: read.op, object: view.object(read.id) ?? null };
    case "assocCount":
      return { op: read.op, count: view.list(read.id1, read.atype)?.count ?? 0 };
    case "assocGet":
      return { op: read.op, assocs: pickPoints(read, (key) => findPoint(key, view) ?? null) };
    case "assocRange":
    case "assocTimeRange": {
      const list = view.list(read.id1, read.atype);
      const page = list === undefined ? null : pageOf(read, list);
      return { op: read.op, ...(page ?? { assocs: [], more: false }) };
    }
  }
}

/** undefined: not known here. A whole or empty list answers for every edge it lacks. */
function findPoint(key: AssocKey, view: View): Assoc | null | undefined {
  const point = view.point(key);
  if (point !== undefined) return point;
  const list = view.list(key.id1, key.atype);
  if (list === undefined) return undefined;
  const edge = list.assocs.find((assoc) => assoc.id2 === key.id2);
  return edge ?? (isWhole(list) ? null : undefined);
}

/** The page of `read` from a cached prefix; null when the prefix is too short to tell. */
function pageOf(
  read: RangeRead,
  list: ListPrefix,
): { assocs: readonly Assoc[]; more: boolean } | null {
  const within = read.op === "assocRange" ? afterCursor(read.after, list) : inTime(read, list);
  const page = cut(within, read.limit);
  if (page.more || isWhole(list)) return page;
  // Entries below the prefix are older: outside the time range, they do not matter.
  const oldest = list.assocs.at(-1);
  const isPast = read.op === "assocTimeRange" && oldest !== undefined && oldest.timeMs < read.lowMs;
  return isPast ? page : null;
}

function afterCursor(after: Extract<RangeRead, { op: "assocRange" }>["after"], list: ListPrefix) {
  if (after === null) return list.assocs;
  const start = list.assocs.findIndex((assoc) => compareListOrder(after, assoc) < 0);
  return start < 0 ? [] : list.assocs.slice(start);
}

const inTime = (read: Extract<RangeRead, { op: "assocTimeRange" }>, list: ListPrefix) =>
  list.assocs.filter((assoc) => assoc.timeMs <= read.highMs && assoc.timeMs >= read.lowMs);
