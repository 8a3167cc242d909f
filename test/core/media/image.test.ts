import fc from "fast-check";
import { describe, it } from "vitest";

import { parseRange } from "../../../core/media/byte-range.ts";
import { readImage } from "../../../core/media/image.ts";
import { gifOf, jpegOf, pngOf, webpOf } from "../../gateway/images.ts";

const side = fc.integer({ min: 1, max: 16_383 });

describe("readImage", () => {
  it("reads the size of each format", ({ expect }) => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const size = { width, height };
        expect(readImage(pngOf(width, height))).toMatchObject({ type: "image/png", ...size });
        expect(readImage(gifOf(width, height))).toMatchObject({ type: "image/gif", ...size });
        expect(readImage(jpegOf(width, height))).toMatchObject({ type: "image/jpeg", ...size });
        for (const kind of ["VP8 ", "VP8L", "VP8X"] as const) {
          expect(readImage(webpOf(kind, width, height))).toMatchObject({
            type: "image/webp",
            ...size,
          });
        }
      }),
    );
  });

  it("answers null for any other bytes, and always answers", ({ expect }) => {
    const starts = [pngOf(1, 1), gifOf(1, 1), jpegOf(1, 1), webpOf("VP8X", 1, 1)];
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.nat(11),
        fc.uint8Array({ maxLength: 200 }),
        (start, kept, rest) => {
          const bytes = new Uint8Array([...start.subarray(0, kept), ...rest]);
          const image = readImage(bytes);
          expect(image === null || Number.isInteger(image.width + image.height)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("parseRange", () => {
  it("stays within the bytes, or says that it cannot", ({ expect }) => {
    const end = fc.oneof(fc.constant(""), fc.nat(2_000).map(String));
    fc.assert(
      fc.property(end, end, fc.integer({ min: 1, max: 1_000 }), (from, to, size) => {
        const range = parseRange(`bytes=${from}-${to}`, size);
        if (range === null || range === "unsatisfiable") return;
        expect(range.length).toBeGreaterThan(0);
        expect(range.offset).toBeGreaterThanOrEqual(0);
        expect(range.offset + range.length).toBeLessThanOrEqual(size);
      }),
    );
  });
});
