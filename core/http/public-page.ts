import { LIMITS } from "../limits.ts";

/** One answer as any visitor gets it. Plain data: nothing of the request that made it is in it. */
export interface PublicPage {
  /** JSON. */
  readonly text: string;
  readonly etag: string;
  /** What it shows: a purge of any of them makes it go. */
  readonly tags: readonly string[];
  /** When it was asked for, Unix ms: no newer than this. */
  readonly readAtMs: number;
}

/** How long a page may be shown at all, ms: the bound on how old a public answer is here. */
export const PUBLIC_KEEP_MS = LIMITS.publicFreshMs + LIMITS.publicStaleMs;

/** `stale` may be shown once more while a new one is made (RFC 5861). */
export type PageState = "fresh" | "stale" | "gone";

export function stateOf({ readAtMs }: Pick<PublicPage, "readAtMs">, nowMs: number): PageState {
  const ageMs = nowMs - readAtMs;
  if (ageMs < LIMITS.publicFreshMs) return "fresh";
  return ageMs < PUBLIC_KEEP_MS ? "stale" : "gone";
}

/** The Age header, seconds; a clock that stepped back makes nothing younger than new. */
export const ageSeconds = ({ readAtMs }: Pick<PublicPage, "readAtMs">, nowMs: number): number =>
  Math.max(0, Math.floor((nowMs - readAtMs) / 1_000));

/**
 * The address under which a page is kept. It is made from what the operation checked and
 * will be called with, never from the text of the request: unknown parameters, their order,
 * encodings and headers have no part in it.
 *
 * @param path OpenAPI syntax, `/v1/posts/{id}`.
 */
export function pageKey(
  origin: string,
  path: string,
  params: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .toSorted();
  return `${origin}${filled}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}`;
}
