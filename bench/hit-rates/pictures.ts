import type { Random } from "../../core/clock.ts";
import { encodePng } from "../../dev/world/draw/png.ts";

/** Width and height, pixels: some 1.8 KB, since bytes are not what is measured. */
export const NOISE_SIDE = 24;

/** An image that no other equals. */
export function noise(random: Random): Uint8Array<ArrayBuffer> {
  const pixels = Uint8Array.from({ length: NOISE_SIDE * NOISE_SIDE * 3 }, () =>
    Math.floor(random.next() * 256),
  );
  return encodePng(pixels, NOISE_SIDE, NOISE_SIDE);
}
