import { FailureError } from "../../../core/errors.ts";
import { cacheHeaders } from "../../../core/http/cache-policy.ts";
import { allowsRange, matchesEtag } from "../../../core/http/conditional.ts";
import { parseRange } from "../../../core/media/byte-range.ts";
import type { StoredMedia } from "../../../platform/media-store.ts";
import type { GatewayContext, GatewayDeps } from "../context.ts";
import { respond } from "../respond.ts";
import { variantKey } from "./keys.ts";
import { isResizable, makeVariant, widthOf } from "./variants.ts";

type HeaderMap = Readonly<Record<string, string>>;

const ALWAYS: HeaderMap = {
  "accept-ranges": "bytes",
  // Other sites' pages, such as a client on its own origin, show these too.
  "cross-origin-resource-policy": "cross-origin",
};
const FOR_GOOD: HeaderMap = { ...ALWAYS, ...cacheHeaders("immutable") };

/** `GET /media/{key}?w=`: the whole, a part, or nothing to who has it. */
export async function serveMedia(
  c: GatewayContext,
  deps: GatewayDeps,
  key: string,
): Promise<Response> {
  const width = widthOf(c.req.query("w"));
  const etag = width === null ? `"${key}"` : `"${key}-${width}"`;
  const headers = { ...FOR_GOOD, etag };
  const { method, headers: asked } = c.req.raw;
  // The address names the bytes: whoever has an answer under this tag has the right one.
  if (matchesEtag(asked.get("if-none-match"), etag)) {
    deps.files.wasNotModified();
    return respond(c, 304, null, headers);
  }

  const wanted = allowsRange(asked.get("if-range"), etag) ? asked.get("range") : null;
  if (method === "HEAD" || wanted !== null || isFilm(key)) {
    if (method === "GET") deps.files.wasPassed();
    // A range is of GET alone (RFC 9110, 14.2).
    return sendPart(c, deps, await find(deps, key, width), method === "HEAD" ? null : wanted, etag);
  }
  const url = `${new URL(c.req.url).origin}/media/${key}${width === null ? "" : `?w=${width}`}`;
  const kept = await deps.files.find(url);
  if (kept !== null) return sendWhole(c, kept, kept.body, { ...headers, ...HIT });
  const found = await find(deps, key, width);
  const stored = await deps.media.get(found.key, null);
  if (stored === null) return notThere();
  if (!found.isFinal) return sendWhole(c, stored, stored.body, FOR_NOW);
  const bytes = new Uint8Array(await new Response(stored.body).arrayBuffer());
  c.executionCtx.waitUntil(deps.files.keep(url, bytes, stored.type));
  return sendWhole(c, stored, bytes, { ...headers, ...MISS });
}

const HIT = { "cache-status": "edgewise; hit" };
const MISS = { "cache-status": "edgewise; fwd=miss; stored" };
/** Without a tag, and not for good: another answer under this address is to come. */
const FOR_NOW: HeaderMap = { ...ALWAYS, ...cacheHeaders("document") };

const isFilm = (key: string): boolean => /\.(?:mp4|webm)$/.test(key);

interface Found {
  /** In the media store. */
  readonly key: string;
  /** false: the right answer could not be made just now, and may be soon. */
  readonly isFinal: boolean;
}

/** What the store has for the address; a smaller image is made if it has to be. */
async function find(deps: GatewayDeps, key: string, width: number | null): Promise<Found> {
  if (width === null || !isResizable(key)) return { key, isFinal: true };
  const smaller = variantKey(key, width);
  if ((await deps.media.head(smaller)) !== null) return { key: smaller, isFinal: true };
  return (await makeVariant(deps, key, width)) ?? notThere();
}

const sendWhole = (
  c: GatewayContext,
  { type, size }: StoredMedia,
  body: BodyInit,
  headers: HeaderMap,
): Response =>
  respond(c, 200, body, { ...headers, "content-type": type, "content-length": String(size) });

/** Of a film, or to who asked for less than all of an image. */
async function sendPart(
  c: GatewayContext,
  { media }: GatewayDeps,
  found: Found,
  wanted: string | null,
  etag: string,
): Promise<Response> {
  const facts = await media.head(found.key);
  if (facts === null) return notThere();
  const { size, type } = facts;
  const range = wanted === null ? null : parseRange(wanted, size);
  if (range === "unsatisfiable") {
    const refused = { "content-range": `bytes */${size}`, ...cacheHeaders("never") };
    return respond(c, 416, null, refused);
  }
  const part = c.req.raw.method === "HEAD" ? null : await media.get(found.key, range);
  const headers = {
    ...(found.isFinal ? { ...FOR_GOOD, etag } : FOR_NOW),
    "content-type": type,
    "content-length": String(range?.length ?? size),
  };
  if (range === null) return respond(c, 200, part?.body ?? null, headers);
  const last = range.offset + range.length - 1;
  const place = { "content-range": `bytes ${range.offset}-${last}/${size}` };
  return respond(c, 206, part?.body ?? null, { ...headers, ...place });
}

function notThere(): never {
  throw new FailureError({ code: "not_found", what: "image or video" });
}
