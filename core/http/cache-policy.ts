import { LIMITS } from "../limits.ts";

/**
 * What an answer is to a cache:
 * - `immutable`: its address names its content; never asked for twice.
 * - `app-shell`: the pages and unhashed files of the web app; asked for each time, sent when changed.
 * - `document`: the same for everyone until the next deployment.
 * - `public`: what a visitor who is not signed in sees; shared caches may keep it for seconds.
 * - `revalidate`: one person's, small; only their own browser keeps it, and asks each time.
 * - `personal`: one person's; nobody keeps it. What an operation is unless it is sure.
 * - `never`: failures and health, which are about this moment.
 */
export type CacheClass =
  | "immutable"
  | "app-shell"
  | "document"
  | "public"
  | "revalidate"
  | "personal"
  | "never";

export interface CachePolicy {
  readonly cacheControl: string;
  /** Headers of the request that the answer depends on; null: none. */
  readonly vary: string | null;
  /** Whether the answer's text gets an ETag, and 304 to who has it. */
  readonly etag: boolean;
}

const seconds = (ms: number): number => ms / 1_000;
const FRESH = seconds(LIMITS.publicFreshMs);

/** Headers that make an answer somebody's own, or fresher than what a cache has. */
export const PERSONAL_HEADERS = [
  "authorization",
  "edgewise-allow-stale",
  "edgewise-consistency",
  "edgewise-ticket",
] as const;

export const CACHE_POLICIES: Readonly<Record<CacheClass, CachePolicy>> = {
  immutable: {
    cacheControl: `public, max-age=${seconds(LIMITS.immutableMs)}, immutable`,
    vary: null,
    etag: true,
  },
  "app-shell": { cacheControl: "no-cache", vary: null, etag: true },
  document: {
    cacheControl: `public, max-age=${seconds(LIMITS.documentFreshMs)}`,
    vary: null,
    etag: true,
  },
  public: {
    cacheControl: `public, max-age=${FRESH}, s-maxage=${FRESH}, stale-while-revalidate=${seconds(LIMITS.publicStaleMs)}`,
    // A browser must not show a visitor's copy to somebody who has signed in since.
    vary: [...PERSONAL_HEADERS, "origin"].join(", "),
    etag: true,
  },
  revalidate: { cacheControl: "private, no-cache", vary: "authorization, origin", etag: true },
  personal: { cacheControl: "private, no-store", vary: null, etag: false },
  never: { cacheControl: "no-store", vary: null, etag: false },
};

/** The headers that a class puts on an answer. */
export function cacheHeaders(cacheClass: CacheClass): Record<string, string> {
  const { cacheControl, vary } = CACHE_POLICIES[cacheClass];
  return { "cache-control": cacheControl, ...(vary !== null && { vary }) };
}

/** What decides whether a request is any visitor's, which a shared cache may answer. */
export interface Asker {
  readonly signedIn: boolean;
  /** Whether a header of `PERSONAL_HEADERS` came with it. */
  readonly asksForOwn: boolean;
}

/** What this answer of an operation is: of `public` ones, only a visitor's is public. */
export function classFor(declared: CacheClass, { signedIn, asksForOwn }: Asker): CacheClass {
  return declared === "public" && (signedIn || asksForOwn) ? "personal" : declared;
}
