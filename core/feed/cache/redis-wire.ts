import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { authorsOf } from "../stages/home-viewer.ts";
import type { BucketRows } from "./bucket.ts";
import type { StoredEvents } from "./event-log.ts";
import { encodeEvents } from "./event-wire.ts";
import type { BucketEvent } from "./port.ts";
import { REMEMBERED_MS } from "./redis-keys.ts";
import type { EntryRecord } from "./record.ts";

type Text = string | number;
/** Six arguments of the script: kind, key, three that the kind explains, line. */
export type RedisChange = readonly [Text, Text, Text, Text, Text, Text];

/** What is told of one of these is one line: a tag that finds it again, when it came, and the event as JSON. */
const lineOf = (tag: string, atMs: number, event: BucketEvent): string =>
  `\n${tag}\t${atMs}\t${encodeEvents([event]).slice(1, -1)}`;

/** How old a post may be that is brought: an older one was read with every entry that still lives. */
const NEWS_MS = REMEMBERED_MS - LIMITS.feedRedisSkewMs;

/**
 * Events as Redis keeps them. Posts are kept by their author and not by their readers: whoever has an
 * entry looks for the authors that it follows, so that a reader costs nothing until then.
 */
export function changesOf(events: readonly BucketEvent[], atMs: number): RedisChange[] {
  return events.flatMap((event): RedisChange[] => {
    switch (event.kind) {
      case "push":
      case "announce": {
        const { pushed } = event;
        const { cell, timeMs, original } = pushed;
        if (timeMs < atMs - NEWS_MS) return [];
        const line = lineOf("", atMs, { kind: "announce", pushed });
        const inner = original === null ? "" : formatId(original.id);
        const clearMs = timeMs - LIMITS.feedRedisSkewMs;
        return [["post", formatId(cell.author), formatId(cell.id), inner, clearMs, line]];
      }
      case "count": {
        const { post, of, at } = event;
        const line = lineOf(`${of}:${at.epoch}:${at.seq}`, atMs, event);
        return [["count", `c${formatId(post)}`, of, at.epoch, at.seq, line]];
      }
      case "revoke": {
        const post = formatId(event.post);
        return [["revoke", `c${post}`, post, "", "", lineOf("", atMs, event)]];
      }
      case "forget":
        return event.viewers.map((viewer) => {
          const line = lineOf("", atMs, { ...event, viewers: [viewer] });
          return ["add", `f${formatId(viewer)}`, "", "", "", line];
        });
      case "own": {
        const line = lineOf("", atMs, event);
        return [["add", `f${formatId(event.viewer)}`, "", "", "", line]];
      }
    }
  });
}

/** By what Redis finds the events that concern an entry: authors whose posts belong in it, and posts that it has. */
export function indexOf({ viewer, standing, cells }: EntryRecord) {
  return {
    authors: authorsOf(viewer, standing).map(formatId),
    posts: [...cells.keys()].map(formatId).join(","),
  };
}

/** What a read found. Lines are as `changesOf` made them. */
export type RedisFound =
  /** "lost": events that it needs may be missing. */
  | { readonly is: "cold" | "lost"; readonly lines: readonly string[] }
  | {
      readonly is: "found";
      readonly builtMs: number;
      readonly record: string;
      readonly lines: readonly string[];
    };

/**
 * What a bucket would have of this viewer. An event may have been written a while later than its
 * Worker's clock said, so it counts as that much newer.
 */
export function rowsOf(viewer: Id, found: RedisFound): BucketRows {
  // As one that has expired: nobody can tell any more what came since.
  const builtMs = found.is === "found" ? found.builtMs : -Infinity;
  return {
    entries: () => (found.is === "cold" ? [] : [[viewer, builtMs]]),
    entry: () => (found.is === "found" ? found.record : null),
    events: (sinceMs, max) => batchesOf(found.lines, sinceMs).slice(-max),
    putEntry: ignore,
    dropEntry: ignore,
    addEvents: ignore,
    missingUpTo: () => null,
    saveMissingUpTo: ignore,
    trim: ignore,
  };
}

/** Redis forgets by itself, and is told by nobody who reads. */
const ignore = () => {};

/**
 * @param sinceMs what is older counts as that old: a post that came late has brought it along, and every
 * entry that lives has read it.
 */
function batchesOf(texts: readonly string[], sinceMs: number): StoredEvents[] {
  const byTime = new Map<number, string[]>();
  for (const line of new Set(texts.flatMap((text) => text.split("\n")))) {
    const [, at, event] = line.split("\t");
    if (at === undefined || event === undefined) continue;
    const atMs = Math.max(Number(at) + LIMITS.feedRedisSkewMs, sinceMs);
    const batch = byTime.get(atMs);
    if (batch === undefined) byTime.set(atMs, [event]);
    else batch.push(event);
  }
  return [...byTime]
    .toSorted(([a], [b]) => a - b)
    .map(([atMs, events]) => ({ atMs, events: `[${events.join(",")}]` }));
}
