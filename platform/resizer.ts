import { report } from "./telemetry.ts";
import { failed } from "../core/telemetry/events.ts";

/** Makes smaller images. */
export interface Resizer {
  /**
   * WebP of `width` pixels at most, turned as its Exif says and without metadata; never
   * larger than it was.
   *
   * @returns null when that cannot be done: no such service here, or no image it can read.
   */
  resize(image: Uint8Array<ArrayBuffer>, width: number): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Of the encoder: photos look whole at this, and weigh about a third of a JPEG. */
const QUALITY = 82;

/**
 * `Resizer` over the Images binding: Cloudflare Images in production, `sharp` in the local
 * runtime. A deployment without the binding resizes nothing.
 */
export function imagesResizer(images: ImagesBinding | undefined): Resizer {
  return {
    async resize(image, width) {
      if (images === undefined) return null;
      try {
        const stream = new Blob([image]).stream();
        const transformed = await images
          .input(stream)
          .transform({ width, fit: "scale-down" })
          .output({ format: "image/webp", quality: QUALITY });
        return new Uint8Array(await transformed.response().arrayBuffer());
      } catch (error) {
        // Not an image after all, too large for the service, or the service is away.
        report(failed("resize_failed", `to ${width}: ${String(error)}`));
        return null;
      }
    },
  };
}
