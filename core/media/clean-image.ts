import { cleanGif } from "./gif.ts";
import { type ImageInfo, readImage } from "./image.ts";
import { cleanJpeg } from "./jpeg.ts";
import { cleanPng } from "./png.ts";
import { cleanWebp } from "./webp.ts";

export interface CleanImage extends ImageInfo {
  /** Whatever described it (place, time, camera, texts) is gone; its pixels are as they were. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * An uploaded image as it may be shown to everyone. Width and height are as it is seen: after
 * the turn that a camera asks for.
 *
 * @returns null for anything that is not a whole PNG, JPEG, WebP or GIF.
 */
export function cleanImage(uploaded: Uint8Array): CleanImage | null {
  const image = readImage(uploaded);
  if (image === null) return null;
  if (image.type === "image/jpeg") {
    const jpeg = cleanJpeg(uploaded);
    if (jpeg === null) return null;
    const { width, height } = image;
    const seen = jpeg.orientation >= 5 ? { width: height, height: width } : { width, height };
    return { ...image, ...seen, bytes: joined(jpeg.parts) };
  }
  const parts = CLEANERS[image.type](uploaded);
  return parts === null ? null : { ...image, bytes: joined(parts) };
}

const CLEANERS = { "image/png": cleanPng, "image/gif": cleanGif, "image/webp": cleanWebp };

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
