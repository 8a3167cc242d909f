import { formatId, type Id } from "../ids.ts";
import type { AssocType, ListCursor } from "./types.ts";
import { formatVersion, parseVersion, type Version, ZERO } from "./version.ts";

/**
 * The newest entries over many lists of one shard: what a pulled feed asks each shard
 * for, once. Each entry comes with its id2 object (co-located with id1), counts, and
 * each id1 object once. An id2 is on one of the lists at most, as a post is on its
 * author's: (time, id2) is then a cursor over all of them.
 */
export interface UnionRequest {
  readonly id1s: readonly Id[];
  readonly atype: AssocType;
  /** Only entries strictly after this one in list order; null starts at the newest. */
  readonly after: ListCursor | null;
  readonly limit: number;
  /** For each entry, the lengths of these lists of its id2. */
  readonly counts: readonly AssocType[];
  readonly atLeast: Version | null;
  /** As in `ReadRequest`. */
  readonly allowStale?: boolean;
}

export interface UnionEntry {
  readonly id1: Id;
  readonly id2: Id;
  readonly timeMs: number;
  /** The edge's payload, JSON text or "". */
  readonly edge: string;
  readonly counts: readonly number[];
  /** The id2 object's JSON text; null when it is deleted. */
  readonly object: string | null;
}

export interface UnionResponse {
  /** In list order over all lists together. */
  readonly entries: readonly UnionEntry[];
  /** True when older entries exist below the last one. */
  readonly more: boolean;
  /** JSON text of each id1 object that appears in `entries`; deleted ones are missing. */
  readonly owners: ReadonlyMap<Id, string>;
  readonly at: Version;
  /** As in `ReadResponse`; null while within the promised bound. */
  readonly staleMs: number | null;
}

// Tabs and newlines separate: JSON text of the graph never holds a raw one.
const FIELD = "\t";
const LINE = "\n";

export function encodeUnionRequest(request: UnionRequest): string {
  const { after, atLeast } = request;
  return [
    request.id1s.join(","),
    request.atype,
    after === null ? "" : `${after.timeMs}:${formatId(after.id2)}`,
    request.limit,
    request.counts.join(","),
    atLeast === null ? "" : formatVersion(atLeast),
    request.allowStale === true ? 1 : 0,
  ].join(FIELD);
}

/** A request as its follower gets it. */
export interface AskedUnion extends Omit<UnionRequest, "id1s"> {
  /** Its `id1s`, still text: see `idsFrom`. */
  readonly ids: string;
}

/** @throws SyntaxError on text that is no list of ids. */
export const idsFrom = (ids: string): Id[] =>
  ids === "" ? [] : ids.split(",").map((id) => BigInt(id) as Id);

/** @throws SyntaxError on text that `encodeUnionRequest` did not write. */
export function decodeUnionRequest(text: string): AskedUnion {
  const [ids = "", atype = "", after = "", limit = "", counts = "", atLeast = "", stale = ""] =
    text.split(FIELD);
  const [timeMs = "", id2 = ""] = after.split(":");
  return {
    ids,
    atype: Number(atype),
    after: after === "" ? null : { timeMs: Number(timeMs), id2: BigInt(id2) as Id },
    limit: Number(limit),
    counts: counts === "" ? [] : counts.split(",").map(Number),
    atLeast: atLeast === "" ? null : parseVersion(atLeast),
    allowStale: stale === "1",
  };
}

/** A response whose entries are text already (`encodeUnionEntry`): what a follower keeps. */
export interface UnionLines extends Pick<UnionResponse, "more" | "at" | "staleMs"> {
  readonly lines: readonly string[];
  /** Each id1 object that appears, once. */
  readonly owners: readonly (readonly [Id, string])[];
}

/**
 * First line: version, 0|1 for more, number of owners, staleness in ms or nothing. Then a line per owner (id, JSON)
 * and a line per entry (id1, id2, time, edge, counts, JSON or nothing when deleted).
 */
export function encodeUnionLines({ lines, more, owners, at, staleMs }: UnionLines): string {
  const all = [`${formatVersion(at)}\t${more ? 1 : 0}\t${owners.length}\t${staleMs ?? ""}`];
  for (const [id, json] of owners) all.push(`${id}${FIELD}${json}`);
  for (const line of lines) all.push(line);
  return all.join(LINE);
}

export const encodeUnionEntry = (entry: UnionEntry): string =>
  [entry.id1, entry.id2, entry.timeMs, entry.edge, entry.counts.join(","), entry.object ?? ""].join(
    FIELD,
  );

export const encodeUnionResponse = ({ entries, owners, ...rest }: UnionResponse): string =>
  encodeUnionLines({ ...rest, owners: [...owners], lines: entries.map(encodeUnionEntry) });

export function decodeUnionResponse(text: string): UnionResponse {
  const lines = text.split(LINE);
  const [at = "", more = "", ownerCount = "", stale = ""] = (lines[0] ?? "").split(FIELD);
  const firstEntry = 1 + Number(ownerCount);
  const owners = new Map<Id, string>();
  for (let i = 1; i < firstEntry; i++) {
    const [id = "", json = ""] = (lines[i] ?? "").split(FIELD);
    owners.set(BigInt(id) as Id, json);
  }
  const entries: UnionEntry[] = [];
  for (let i = firstEntry; i < lines.length; i++) {
    const [id1 = "", id2 = "", timeMs = "", edge = "", counts = "", object = ""] = (
      lines[i] ?? ""
    ).split(FIELD);
    entries.push({
      id1: BigInt(id1) as Id,
      id2: BigInt(id2) as Id,
      timeMs: Number(timeMs),
      edge,
      counts: counts === "" ? [] : counts.split(",").map(Number),
      object: object === "" ? null : object,
    });
  }
  const staleMs = stale === "" ? null : Number(stale);
  return { entries, more: more === "1", owners, at: parseVersion(at) ?? ZERO, staleMs };
}
