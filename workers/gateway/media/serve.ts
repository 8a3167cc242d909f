import { FailureError } from "../../../core/errors.ts";
import { cacheHeaders } from "../../../core/http/cache-policy.ts";
import { allowsRange, matchesEtag } from "../../../core/http/conditional.ts";
import { parseRange } from "../../../core/media/byte-range.ts";
import type { GatewayContext, GatewayDeps } from "../context.ts";
import { respond } from "../respond.ts";
import { variantKey } from "./keys.ts";
import { isResizable, makeVariant, widthOf } from "./variants.ts";

/** `GET /media/{key}?w=`: the whole, a part, or nothing to who has it. */
export async function serveMedia(
  c: GatewayContext,
  deps: GatewayDeps,
  key: string,
): Promise<Response> {
  const width = widthOf(c.req.query("w"));
  const etag = width === null ? `"${key}"` : `"${key}-${width}"`;
  const always = {
    "accept-ranges": "bytes",
    // Other sites' pages, such as a client on its own origin, show these too.
    "cross-origin-resource-policy": "cross-origin",
  };
  const forGood = { ...always, ...cacheHeaders("immutable"), etag };
  // The address names the bytes: whoever has an answer under this tag has the right one.
  if (matchesEtag(c.req.raw.headers.get("if-none-match"), etag))
    return respond(c, 304, null, forGood);

  if (width === null || !isResizable(key)) return (await send(c, deps, key, forGood)) ?? notThere();
  const ready = await send(c, deps, variantKey(key, width), forGood);
  if (ready !== null) return ready;
  const made = await makeVariant(deps, key, width);
  if (made === null) return notThere();
  // Without its tag, and not for good: another answer under this address is to come.
  const headers = made.isFinal ? forGood : { ...always, ...cacheHeaders("document") };
  return (await send(c, deps, made.key, headers)) ?? notThere();
}

/** @returns null when nothing is stored under `key`. */
async function send(
  c: GatewayContext,
  { media }: GatewayDeps,
  key: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response | null> {
  const { method, headers: asked } = c.req.raw;
  const wanted = asked.get("range");
  const isPartial = wanted !== null && allowsRange(asked.get("if-range"), headers["etag"] ?? "");
  if (!isPartial && method !== "HEAD") {
    const whole = await media.get(key, null);
    if (whole === null) return null;
    const length = { "content-type": whole.type, "content-length": String(whole.size) };
    return respond(c, 200, whole.body, { ...headers, ...length });
  }
  const facts = await media.head(key);
  if (facts === null) return null;
  const { size, type } = facts;
  // A range is of GET alone (RFC 9110, 14.2).
  const range = isPartial && method === "GET" ? parseRange(wanted, size) : null;
  if (range === "unsatisfiable") {
    const refused = { "content-range": `bytes */${size}`, ...cacheHeaders("never") };
    return respond(c, 416, null, refused);
  }
  const part = method === "HEAD" ? null : await media.get(key, range);
  const length = { "content-type": type, "content-length": String(range?.length ?? size) };
  if (range === null) return respond(c, 200, part?.body ?? null, { ...headers, ...length });
  return respond(c, 206, part?.body ?? null, {
    ...headers,
    ...length,
    "content-range": `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`,
  });
}

function notThere(): never {
  throw new FailureError({ code: "not_found", what: "image or video" });
}
