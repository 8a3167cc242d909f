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
  /** When it was read, Unix ms. */
  readonly atMs: number;
  /** When it was last asked for. */
  readonly usedAtMs: number;
  readonly bytes: number;
  /** A write has made it doubtful: still shown, never fresh. */
  readonly expired: boolean;
}

/** @param startedAtMs of this run of the client. */
export function isFresh(kind: Kind, kept: Kept, startedAtMs: number, nowMs: number): boolean {
  if (kept.expired || nowMs - kept.atMs >= FRESH_MS[kind]) return false;
  return FRESH_ACROSS_STARTS.has(kind) || kept.atMs >= startedAtMs;
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
