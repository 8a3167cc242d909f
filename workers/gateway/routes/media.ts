import { z } from "zod";

import { FailureError } from "../../../core/errors.ts";
import { mediaKeySchema, mediaSchema } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err, ok } from "../../../core/result.ts";
import type { GatewayApp, GatewayDeps } from "../context.ts";
import { serveMedia } from "../media/serve.ts";
import { storeUpload } from "../media/upload.ts";
import type { Body } from "../middleware/body-limit.ts";
import type { RateLimits } from "../middleware/rate-limit.ts";
import { operation } from "../operation.ts";
import { may } from "../tokens.ts";

const QUOTA = `A user may upload ${LIMITS.uploadBytesPerDay / 1_000_000} MB and ${LIMITS.uploadsPerDay} files at once, which come back evenly within a day; beyond it \`rate_limited\` names the limit, and \`Retry-After\` says when there is room for this file.`;

export const mediaOperations = [
  operation({
    id: "uploadMedia",
    method: "post",
    path: "/v1/media",
    tag: "Media",
    summary:
      "Upload an image or a video; attach the answer to a post, or set an image's key as your avatar",
    note: QUOTA,
    access: "member",
    rate: "write",
    cache: "personal",
    body: z.custom<Body>(),
    bodyKind: "stream",
    bodyBytesMax: LIMITS.videoBytesMax,
    status: 201,
    answer: mediaSchema,
    failures: ["unsupported_media", "too_large"],
    async handle({ c, deps, ctx, body }) {
      const caller = c.get("caller");
      // Loaders are bounded nowhere else either, and may be nobody.
      const isBounded = caller === null || !may(caller, "load");
      const stored = await storeUpload(deps.media, body, async (bytes) =>
        isBounded ? deps.feed.noteUpload(ctx, bytes) : ok(null),
      );
      return stored.ok ? ok({ value: stored.value, ticket: null }) : stored;
    },
  }),
];

/** Whoever showed such a key would show everyone a broken image. */
export const notUploaded = (field: string) =>
  err({ code: "invalid_request", field, reason: "names nothing stored; upload it first" } as const);

/**
 * `GET /media/{key}`: for everyone who knows the key, as an image tag sends no token. A
 * key has 128 bits of hash, so it cannot be guessed without having the image.
 */
export function mediaRoute(app: GatewayApp, deps: GatewayDeps, limits: RateLimits): void {
  app.get("/media/:key", async (c) => {
    limits.charge(c, "media");
    const { key } = c.req.param();
    if (!mediaKeySchema.safeParse(key).success) {
      throw new FailureError({ code: "not_found", what: "image or video" });
    }
    return serveMedia(c, deps, key);
  });
}
