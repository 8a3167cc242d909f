import { readImage } from "../../core/media/image.ts";
import type { Resizer } from "../../platform/resizer.ts";

/** Says what it was asked for; like the service, refuses what is no image, and may be away. */
export class FakeResizer implements Resizer {
  readonly asked: number[] = [];
  isAway = false;
  /** Of each result. */
  bytes = 20;

  async resize(
    image: Uint8Array<ArrayBuffer>,
    width: number,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    this.asked.push(width);
    if (this.isAway || readImage(image) === null) return null;
    const text = `webp of ${width}`.padEnd(this.bytes, ".");
    return new Uint8Array(new TextEncoder().encode(text));
  }
}
