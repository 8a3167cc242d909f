import { createHash } from "node:crypto";

import type { Failure } from "../../../core/errors.ts";
import type { Media } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { cleanImage } from "../../../core/media/clean-image.ts";
import { sniffVideo, VIDEO_SNIFF_BYTES } from "../../../core/media/video.ts";
import { ok, type Result } from "../../../core/result.ts";
import type { MediaStore } from "../../../platform/media-store.ts";
import { type Body, readBody } from "../middleware/body-limit.ts";
import { startOf } from "./body-start.ts";
import { KEY_DIGITS, refused } from "./keys.ts";
import { type MayStore, storeVideo } from "./upload-video.ts";

/** What `POST /v1/media` does: told by the first bytes whether it is an image or a video. */
export async function storeUpload(
  store: MediaStore,
  request: Body,
  mayStore: MayStore,
): Promise<Result<Media, Failure>> {
  const { start, body } = await startOf(request, VIDEO_SNIFF_BYTES);
  const kind = sniffVideo(start);
  if (kind !== null) return storeVideo(store, kind, body, mayStore);
  return storeImage(store, await readBody(body, LIMITS.mediaBytesMax), mayStore);
}

async function storeImage(
  store: MediaStore,
  uploaded: Uint8Array,
  mayStore: MayStore,
): Promise<Result<Media, Failure>> {
  const image = cleanImage(uploaded);
  if (image === null) {
    return refused("send a PNG, JPEG, WebP or GIF image, or an MP4 or WebM video");
  }
  const { width, height, bytes, type } = image;
  if (Math.min(width, height) < 1 || Math.max(width, height) > LIMITS.mediaSideMax) {
    return refused(`each side may have 1 to ${LIMITS.mediaSideMax} pixels`);
  }
  if (width * height > LIMITS.mediaPixelsMax) {
    return refused(`an image may have at most ${LIMITS.mediaPixelsMax / 1_000_000} megapixels`);
  }
  const allowed = await mayStore(bytes.byteLength);
  if (!allowed.ok) return allowed;
  // The hash is of what is kept: the same picture by two cameras is one object.
  const hash = createHash("sha256").update(bytes).digest("hex");
  const key = `${hash.slice(0, KEY_DIGITS)}.${image.extension}`;
  await store.put(key, bytes, type);
  return ok({ key, width, height, alt: "" });
}
