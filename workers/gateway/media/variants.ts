import { FailureError } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import { readImage } from "../../../core/media/image.ts";
import type { GatewayDeps } from "../context.ts";
import { variantKey } from "./keys.ts";

/** What answers a request for an image of some width. */
export interface Variant {
  /** In the media store. */
  readonly key: string;
  /** false: the right answer could not be made just now, and may be soon. */
  readonly isFinal: boolean;
}

/** @returns null for the image itself. @throws FailureError `invalid_request` for any other width. */
export function widthOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const width = LIMITS.imageWidths.find((known) => String(known) === text);
  if (width !== undefined) return width;
  const reason = `is one of ${LIMITS.imageWidths.join(", ")}`;
  throw new FailureError({ code: "invalid_request", field: "w", reason });
}

/** Animations keep their frames, and films their sound: neither is made smaller. */
export const isResizable = (key: string): boolean => /\.(?:png|jpg|webp)$/.test(key);

/**
 * Makes and keeps the image of `width`: each is made once, but for requests that miss it in
 * the same moment, of which the first that is done stays.
 *
 * @returns null when there is no such upload.
 */
export async function makeVariant(
  { media, resizer }: GatewayDeps,
  key: string,
  width: number,
): Promise<Variant | null> {
  const stored = await media.get(key, null);
  if (stored === null) return null;
  const bytes = new Uint8Array(await new Response(stored.body).arrayBuffer());
  // The longer side: which one is the width, only the decoder knows of a turned photo.
  const image = readImage(bytes);
  if (image === null || Math.max(image.width, image.height) <= width) {
    return { key, isFinal: true };
  }
  const smaller = await resizer.resize(bytes, width);
  if (smaller === null) return { key, isFinal: false };
  const made = variantKey(key, width);
  // A drawing may be smaller as it is. It is kept here too, so that nobody tries again.
  if (smaller.byteLength < bytes.byteLength) await media.put(made, smaller, "image/webp");
  else await media.put(made, bytes, stored.type);
  return { key: made, isFinal: true };
}
