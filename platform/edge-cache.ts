import type { PublicPage } from "../core/http/public-page.ts";
import type { StoredMedia } from "./media-store.ts";

/**
 * A shared cache of one data centre, by full URL. It only ever holds what every visitor may
 * see, and loses it whenever it likes.
 */
export interface EdgeCache {
  get(key: string): Promise<string | null>;
  /** @param tags for the zone's purge API. */
  put(key: string, text: string, tags: readonly string[], keepMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** An image that its address names; it is as good for a year as for a second. */
  getFile(key: string): Promise<StoredMedia | null>;
  putFile(key: string, bytes: Uint8Array<ArrayBuffer>, type: string, keepMs: number): Promise<void>;
}

type PlatformCache = Pick<Cache, "match" | "put" | "delete">;

/**
 * `EdgeCache` over the Cache API: per data centre, without request collapsing or
 * stale-while-revalidate, and without effect on `workers.dev`.
 * Source: developers.cloudflare.com/workers/runtime-apis/cache
 *
 * @param cache asked for at each call: `caches.default` exists only while a request is served.
 */
export function cacheApi(cache: () => PlatformCache): EdgeCache {
  return {
    async get(key) {
      return (await (await cache().match(key))?.text()) ?? null;
    },
    async put(key, text, tags, keepMs) {
      const headers: Record<string, string> = {
        "content-type": "text/plain;charset=utf-8",
        "cache-control": maxAge(keepMs),
      };
      if (tags.length > 0) headers["cache-tag"] = tags.join(",");
      await cache().put(key, new Response(text, { headers }));
    },
    async delete(key) {
      await cache().delete(key);
    },
    async getFile(key) {
      const kept = await cache().match(key);
      if (kept === undefined || kept.body === null) return null;
      const { headers, body } = kept;
      const size = Number(headers.get("content-length"));
      return { body, size, type: headers.get("content-type") ?? "application/octet-stream" };
    },
    async putFile(key, bytes, type, keepMs) {
      const headers = { "content-type": type, "cache-control": maxAge(keepMs) };
      await cache().put(key, new Response(bytes, { headers }));
    },
  };
}

const maxAge = (ms: number): string => `public, max-age=${Math.ceil(ms / 1_000)}`;

/** A page as text. Its facts travel inside the body, which no cache on the way rewrites. */
export const encodePage = ({ text, ...facts }: PublicPage): string =>
  `${JSON.stringify(facts)}\n${text}`;

export function decodePage(stored: string): PublicPage {
  const end = stored.indexOf("\n");
  const facts = JSON.parse(stored.slice(0, end)) as Omit<PublicPage, "text">;
  return { ...facts, text: stored.slice(end + 1) };
}
