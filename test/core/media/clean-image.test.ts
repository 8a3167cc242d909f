import fc from "fast-check";
import { describe, it } from "vitest";

import { cleanImage } from "../../../core/media/clean-image.ts";
import * as images from "../../gateway/images.ts";
import { bytesOf, PLACE, textOf } from "../../gateway/media-files.ts";

const { gifOf, jpegOf, jpegSegment, pngChunk, pngOf, webpChunk, webpOf } = images;
const cleaned = (bytes: Uint8Array) => cleanImage(bytes)?.bytes ?? new Uint8Array();

/** An Exif segment whose first directory holds a place, then the orientation. */
const exif = (orientation: number, order: "MM" | "II" = "MM"): string => {
  const u16 = (n: number) => (order === "MM" ? `\0${char(n)}` : `${char(n)}\0`);
  const u32 = (n: number) => (order === "MM" ? `\0\0${u16(n)}` : `${u16(n)}\0\0`);
  const tag = order === "MM" ? ["\x88\x25", "\x01\x12"] : ["\x25\x88", "\x12\x01"];
  const entries = `${tag[0]}${u16(4)}${u32(1)}${u32(99)}${tag[1]}${u16(3)}${u32(1)}${u16(orientation)}\0\0`;
  return jpegSegment(
    "\xe1",
    `Exif\0\0${order}${u16(42)}${u32(8)}${u16(2)}${entries}${u32(0)}${PLACE}`,
  );
};
const char = (code: number) => String.fromCharCode(code);

describe("a cleaned image", () => {
  it.for([
    [
      "png",
      pngOf(3, 2, pngChunk("gAMA", "1234")),
      pngChunk("tEXt", PLACE) + pngChunk("eXIf", PLACE),
    ],
    [
      "gif",
      gifOf(3, 2, "!\xf9\x04\0\0\0\0\0!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"),
      `!\xfe\x12${PLACE}\0`,
    ],
    ["gif, XMP", gifOf(3, 2), `!\xff\x0bXMP DataXMP\x12${PLACE}\0`],
    ["jpeg, comment", jpegOf(3, 2), jpegSegment("\xfe", PLACE)],
    ["jpeg, XMP", jpegOf(3, 2), jpegSegment("\xe1", `http://ns.adobe.com/xap/1.0/\0${PLACE}`)],
    ["jpeg, more pictures", jpegOf(3, 2), jpegSegment("\xe2", `MPF\0${PLACE}`)],
    ["jpeg, IPTC", jpegOf(3, 2), jpegSegment("\xed", `Photoshop 3.0\0${PLACE}`)],
    ["jpeg, Exif, upright", jpegOf(3, 2), exif(1)],
    ["webp", webpOf("VP8L", 3, 2), webpChunk("EXIF", PLACE) + webpChunk("XMP ", PLACE)],
  ] as const)("of %s loses its metadata and nothing else", ([name, plain, extra], { expect }) => {
    const [format] = name.split(",");
    const at = { png: 33, gif: 13, jpeg: 20, webp: plain.length }[format ?? ""] ?? 0;
    const text = textOf(plain);
    const whole = bytesOf(`${text.slice(0, at)}${extra}${text.slice(at)}`);
    if (format === "webp") new DataView(whole.buffer).setUint32(4, whole.length - 8, true);
    expect(textOf(cleaned(whole))).toBe(text);
    // Nor does it keep what somebody hid behind its end.
    expect(textOf(cleaned(bytesOf(textOf(whole) + PLACE)))).toBe(text);
  });

  it("is a fixed point", ({ expect }) => {
    for (const image of [pngOf(3, 2), gifOf(3, 2), jpegOf(3, 2, exif(6)), webpOf("VP8X", 3, 2)]) {
      const once = cleaned(image);
      expect(once.length).toBeGreaterThan(0);
      expect(cleaned(once)).toEqual(once);
    }
  });

  it.for([1, 2, 3, 4, 5, 6, 7, 8])(
    "of a photo turned by %d keeps the turn alone",
    (turn, { expect }) => {
      for (const order of ["MM", "II"] as const) {
        const image = cleanImage(jpegOf(30, 20, exif(turn, order)));
        const seen = turn >= 5 ? { width: 20, height: 30 } : { width: 30, height: 20 };
        expect(image).toMatchObject(seen);
        const text = textOf(image?.bytes ?? new Uint8Array());
        expect(text).not.toContain(PLACE);
        expect(text.includes("Exif")).toBe(turn !== 1);
        expect(cleanImage(bytesOf(text))).toMatchObject(seen);
      }
    },
  );

  it("of a WebP does not announce what is gone", ({ expect }) => {
    const kept = cleaned(webpOf("VP8X", 3, 2, webpChunk("EXIF", PLACE)));
    expect(kept[20]).toBe(0);
    expect(new DataView(kept.buffer).getUint32(4, true)).toBe(kept.length - 8);
  });

  it("keeps colour profiles", ({ expect }) => {
    const profile = jpegSegment("\xe2", "ICC_PROFILE\0\x01\x01colours");
    const adobe = jpegSegment("\xee", "Adobe\0d\0\0\0\0\x01");
    expect(textOf(cleaned(jpegOf(3, 2, profile + adobe)))).toContain(profile + adobe);
    expect(textOf(cleaned(pngOf(3, 2, pngChunk("iCCP", "colours"))))).toContain("iCCP");
    expect(textOf(cleaned(webpOf("VP8L", 3, 2, webpChunk("ICCP", "colours"))))).toContain("ICCP");
  });
});

describe("an image that is not whole", () => {
  it("is refused when its structure ends early", ({ expect }) => {
    for (const image of [pngOf(3, 2), webpOf("VP8L", 3, 2)]) {
      for (let end = 0; end < image.length; end++) {
        expect(cleanImage(image.subarray(0, end))).toBeNull();
      }
    }
    const [jpeg, scan] = [jpegOf(3, 2), textOf(jpegOf(3, 2)).indexOf("\xff\xda")];
    for (let end = 0; end <= scan + 4; end++) expect(cleanImage(jpeg.subarray(0, end))).toBeNull();
    const [gif, frame] = [gifOf(3, 2), textOf(gifOf(3, 2)).indexOf(",")];
    for (let end = 0; end <= frame + 11; end++) expect(cleanImage(gif.subarray(0, end))).toBeNull();
  });

  it("is ended properly when only its last pixels are missing", ({ expect }) => {
    const jpeg = jpegOf(3, 2);
    expect(textOf(cleaned(jpeg.subarray(0, jpeg.length - 4)))).toMatch(/\xff\xd9$/);
    const gif = gifOf(3, 2);
    expect(cleaned(gif.subarray(0, gif.length - 1))).toEqual(gif);
  });

  it("never makes the cleaner throw or grow", ({ expect }) => {
    const wholes = [
      pngOf(3, 2, pngChunk("tEXt", "a")),
      gifOf(3, 2, "!\xfe\x01a\0"),
      jpegOf(3, 2, exif(6) + jpegSegment("\xfe", "a")),
      webpOf("VP8X", 3, 2, webpChunk("EXIF", "abc")),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...wholes),
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
        fc.nat(200),
        (whole, changes, end) => {
          const bytes = whole.slice(0, end);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const image = cleanImage(bytes);
          // At most an end marker, a padding byte and one small Exif segment come on top.
          expect((image?.bytes.length ?? 0) - bytes.length).toBeLessThanOrEqual(40);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
