import type { Id } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { MemoryGraph } from "./memory-graph.ts";

interface Row {
  readonly id: string;
  readonly timeMs: number;
  /** The post that this one reposts. */
  readonly repostOf: string | null;
}

interface Payload {
  readonly authorId: string;
  readonly audience: string;
  readonly repostOf?: string;
}

/**
 * The whole home feed, straight from the definitions and by brute force: every post of
 * every author, one rule after the other. Shares no code with the pipeline.
 */
export function oracleHome(graph: MemoryGraph, viewer: string): Row[] {
  const me = BigInt(viewer) as Id;
  const has = (atype: number, other: Id) =>
    graph.list(me, atype).some((edge) => edge.id2 === other);
  const authors = new Set([
    me,
    ...graph.list(me, ASSOC.follows).map((edge) => edge.id2),
    ...graph.list(me, ASSOC.friends).map((edge) => edge.id2),
  ]);
  const payloadOf = (id: string): Payload | null => {
    const object = graph.object(BigInt(id) as Id);
    return object === null ? null : JSON.parse(object.data);
  };
  const isVisible = ({ authorId, audience }: Payload): boolean => {
    const author = BigInt(authorId) as Id;
    if (author === me) return true;
    if (has(ASSOC.blocks, author) || has(ASSOC.blockedBy, author) || has(ASSOC.mutes, author))
      return false;
    if (audience === "followers") return has(ASSOC.follows, author);
    return audience === "friends" ? has(ASSOC.friends, author) : audience === "public";
  };
  const rows: Row[] = [];
  for (const author of authors) {
    for (const { id2, timeMs } of graph.list(author, ASSOC.authored)) {
      const payload = payloadOf(String(id2));
      if (payload === null || !isVisible(payload)) continue;
      const original = payload.repostOf === undefined ? null : payloadOf(payload.repostOf);
      if (payload.repostOf !== undefined && (original === null || !isVisible(original))) continue;
      rows.push({ id: String(id2), timeMs, repostOf: payload.repostOf ?? null });
    }
  }
  return rows.toSorted((a, b) => b.timeMs - a.timeMs || (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
}

/** What of these rows stays when each content is shown once: originals, else the newest repost. */
export function oracleOnce(rows: readonly Row[]): string[] {
  const ids = new Set(rows.map((row) => row.id));
  const isFirst = (row: Row, index: number) =>
    rows.findIndex((other) => other.repostOf === row.repostOf) === index;
  return rows
    .filter(
      (row, index) => row.repostOf === null || (!ids.has(row.repostOf) && isFirst(row, index)),
    )
    .map((row) => row.id);
}

/** The feed in pages: each is the shortest stretch that shows `limit` entries. */
export function oraclePages(rows: readonly Row[], limit: number): string[][] {
  const pages: string[][] = [];
  for (let from = 0; from < rows.length;) {
    let to = from;
    while (to < rows.length && oracleOnce(rows.slice(from, to)).length < limit) to++;
    pages.push(oracleOnce(rows.slice(from, to)));
    from = to;
  }
  return pages;
}
