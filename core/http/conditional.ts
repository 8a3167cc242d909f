import { fingerprint } from "../hash.ts";

/**
 * The ETag of a text: weak, since compression on the way may change its bytes. 64 bits tell
 * one version of an answer from another; whoever makes two collide fools a cache of their own post.
 */
export const etagOf = (text: string): string => `W/"${fingerprint(text)}"`;

/** One entity tag (RFC 9110, 8.8.3); a comma may be part of it. */
const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
const opaque = (tag: string): string => tag.replace(/^W\//, "");

/** Whether `If-None-Match` names `etag`, so that 304 is the answer; compared weakly (13.1.2). */
export function matchesEtag(header: string | null | undefined, etag: string): boolean {
  if (header === null || header === undefined) return false;
  if (header.trim() === "*") return true;
  return (header.match(TAG) ?? []).some((tag) => opaque(tag) === opaque(etag));
}

/** Whether a range may be sent: no `If-Range`, or one that names the same bytes (13.1.5). */
export function allowsRange(ifRange: string | null | undefined, etag: string): boolean {
  return ifRange === null || ifRange === undefined || (ifRange === etag && !etag.startsWith("W/"));
}
