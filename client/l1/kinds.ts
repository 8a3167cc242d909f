import { LIMITS } from "../../core/limits.ts";
import type { ApiRequest } from "../transport.ts";

/** What an answer is, as far as keeping it goes. */
export type Kind = "feed" | "profile" | "settings" | "page";

/**
 * How long an answer counts as fresh, ms. Pages (posts, comments, lists) are kept to be shown at
 * once and without a connection, but are always read again.
 */
const FRESH_MS: Record<Kind, number> = {
  feed: LIMITS.l1FreshMs,
  profile: LIMITS.l1FreshMs,
  settings: LIMITS.l1FreshMs,
  page: 0,
};
/** Starting the app again is asking again, but for the feed, which waits to be asked. */
const FRESH_ACROSS_STARTS: ReadonlySet<Kind> = new Set<Kind>(["feed"]);

const PATTERNS: readonly (readonly [RegExp, Kind])[] = [
  [/^\/v1\/feed$/, "feed"],
  [/^\/v1\/settings$/, "settings"],
  [/^\/v1\/users\/suggested$/, "page"],
  [/^\/v1\/users\/[^/]+$/, "profile"],
  [/^\/v1\/users\/[^/]+\/(?:posts|followers|following|friends)$/, "page"],
  [/^\/v1\/posts\/[^/]+(?:\/comments)?$/, "page"],
  [/^\/v1\/(?:notifications|blocks|mutes|friend-requests)$/, "page"],
];

/** null: never kept, such as a session, or a count that is only true now. */
export const kindOf = (request: Pick<ApiRequest, "method" | "path">): Kind | null =>
  request.method === "GET"
    ? (PATTERNS.find(([pattern]) => pattern.test(request.path))?.[1] ?? null)
    : null;

/** An answer as it is kept. */
export interface Kept {
  readonly value: unknown;
  /** When it was asked for, Unix ms: it is no younger than that. */
  readonly atMs: number;
  /** When it was last given. */
  readonly usedAtMs: number;
  readonly bytes: number;
}

/** Starts of keys, and when a write made what they name doubtful: still shown, never fresh. */
export type Marks = Readonly<Record<string, number>>;

/** With what has just been marked; a mark is of no use once all that it is about is stale anyway. */
export function withMarks(marks: Marks, prefixes: readonly string[], nowMs: number): Marks {
  const young = Object.entries(marks).filter(([, atMs]) => nowMs - atMs < LIMITS.l1FreshMs);
  return Object.fromEntries([...young, ...prefixes.map((prefix) => [prefix, nowMs] as const)]);
}

export interface Now {
  /** When this run of the client began. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly marks: Marks;
}

export function isFresh(kind: Kind, key: string, { atMs }: Kept, now: Now): boolean {
  if (now.nowMs - atMs >= FRESH_MS[kind]) return false;
  // Asked in the moment of the write, it may not have it.
  const doubtful = Object.entries(now.marks).some(
    ([prefix, markedAtMs]) => key.startsWith(prefix) && markedAtMs >= atMs,
  );
  return !doubtful && (FRESH_ACROSS_STARTS.has(kind) || atMs >= now.startedAtMs);
}

/** The least recently used that must go, so that what stays is within its bounds. */
export function surplus(
  kept: ReadonlyMap<string, Pick<Kept, "atMs" | "usedAtMs" | "bytes">>,
  nowMs: number,
): string[] {
  const newestFirst = [...kept].toSorted(([, a], [, b]) => b.usedAtMs - a.usedAtMs);
  let bytes = 0;
  return newestFirst
    .filter(([, entry], i) => {
      bytes += entry.bytes;
      const old = nowMs - entry.atMs >= LIMITS.l1KeepMs;
      return old || i >= LIMITS.l1EntriesMax || bytes > LIMITS.l1BytesMax;
    })
    .map(([key]) => key);
}
