import { z } from "zod";

import { FailureError } from "../../../core/errors.ts";
import { mediaSchema } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { parseRange } from "../../../core/media/byte-range.ts";
import { type ImageInfo, readImage } from "../../../core/media/image.ts";
import { err, ok } from "../../../core/result.ts";
import type { GatewayApp, GatewayContext, GatewayDeps } from "../context.ts";
import type { RateLimits } from "../middleware/rate-limit.ts";
import { operation } from "../operation.ts";
import { respond } from "../respond.ts";

const TYPES: Record<string, ImageInfo["type"]> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
};

export const mediaOperations = [
  operation({
    id: "uploadMedia",
    method: "post",
    path: "/v1/media",
    tag: "Media",
    summary: "Upload an image; attach the answer to a post or set its key as your avatar",
    access: "member",
    rate: "write",
    body: z.instanceof(Uint8Array),
    bodyKind: "image",
    bodyBytesMax: LIMITS.mediaBytesMax,
    status: 201,
    answer: mediaSchema,
    failures: ["unsupported_media", "too_large"],
    async handle({ deps, body }) {
      const image = readImage(body);
      if (image === null)
        return err({ code: "unsupported_media", reason: "send a PNG, JPEG, WebP or GIF image" });
      const { width, height } = image;
      if (Math.min(width, height) < 1 || Math.max(width, height) > LIMITS.mediaSideMax) {
        return err({
          code: "unsupported_media",
          reason: `each side may have 1 to ${LIMITS.mediaSideMax} pixels`,
        });
      }
      if (width * height > LIMITS.mediaPixelsMax) {
        const reason = `an image may have at most ${LIMITS.mediaPixelsMax / 1_000_000} megapixels`;
        return err({ code: "unsupported_media", reason });
      }
      const bytes = new Uint8Array(body);
      const key = `${await contentHash(bytes)}.${image.extension}`;
      await deps.media.put(key, bytes, image.type);
      return ok({ value: { key, width, height, alt: "" }, ticket: null });
    },
  }),
];

/** Whoever showed such a key would show everyone a broken image. */
export const notUploaded = (field: string) =>
  err({ code: "invalid_request", field, reason: "names no image; upload it first" } as const);

/** First 128 bits of SHA-256: the same image is stored once, and its address never changes. */
async function contentHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * `GET /media/{key}`: for everyone who knows the key, as an image tag sends no token. A
 * key has 128 bits of hash, so it cannot be guessed without having the image.
 */
export function mediaRoute(app: GatewayApp, deps: GatewayDeps, limits: RateLimits): void {
  app.get("/media/:key", async (c) => {
    limits.charge(c, "media");
    const { key } = c.req.param();
    if (!mediaSchema.shape.key.safeParse(key).success) throw gone();
    const etag = `"${key}"`;
    const headers = {
      "content-type": TYPES[key.split(".")[1] ?? ""] ?? "application/octet-stream",
      "cache-control": "public, max-age=31536000, immutable",
      "accept-ranges": "bytes",
      // Other sites' pages, such as a client on its own origin, show these images too.
      "cross-origin-resource-policy": "cross-origin",
      etag,
    };
    // The key names the bytes: whoever has an answer under this tag has the right one.
    if (matches(c.req.header("if-none-match"), etag)) return respond(c, 304, null, headers);
    return serve(c, deps, key, headers);
  });
}

async function serve(
  c: GatewayContext,
  { media }: GatewayDeps,
  key: string,
  headers: Record<string, string>,
): Promise<Response> {
  const wanted = rangeHeader(c, headers["etag"] ?? "");
  if (wanted !== null) {
    const size = await media.size(key);
    if (size === null) throw gone();
    const range = parseRange(wanted, size);
    if (range === "unsatisfiable")
      return respond(c, 416, null, { "content-range": `bytes */${size}` });
    const part = range === null ? null : await media.get(key, range);
    if (range !== null && part !== null) {
      const last = range.offset + range.length - 1;
      return respond(c, 206, part.body, {
        ...headers,
        "content-length": String(range.length),
        "content-range": `bytes ${range.offset}-${last}/${size}`,
      });
    }
  }
  const image = await media.get(key, null);
  if (image === null) throw gone();
  return respond(c, 200, image.body, { ...headers, "content-length": String(image.size) });
}

/** `If-Range` with another tag asks for the whole (RFC 9110, 13.1.5). */
function rangeHeader(c: GatewayContext, etag: string): string | null {
  const condition = c.req.header("if-range");
  return condition === undefined || condition === etag ? (c.req.header("range") ?? null) : null;
}

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(",").some((tag) => ["*", etag, `W/${etag}`].includes(tag.trim()));

const gone = () => new FailureError({ code: "not_found", what: "image" });
