import { crc32, inflateSync } from "node:zlib";
import { it } from "vitest";

import { drawAvatar } from "../../dev/world/draw/avatar.ts";
import { drawScene } from "../../dev/world/draw/scene.ts";
import { SCENE_KINDS } from "../../dev/world/topics/topic.ts";

interface Decoded {
  readonly width: number;
  readonly height: number;
  /** RGB, unfiltered. */
  readonly pixels: Uint8Array;
}

/** A reader of our own, which refuses what a strict one refuses. @throws Error */
function decode(png: Uint8Array): Decoded {
  const bytes = Buffer.from(png);
  if (bytes.subarray(0, 8).toString("hex") !== "89504e470d0a1a0a") throw new Error("signature");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const end = at + 8 + length;
    if (bytes.readUInt32BE(end) !== crc32(bytes.subarray(at + 4, end)))
      throw new Error(`CRC of ${type}`);
    chunks.set(type, bytes.subarray(at + 8, end));
    at = end + 4;
  }
  if ([...chunks.keys()].join() !== "IHDR,IDAT,IEND") throw new Error([...chunks.keys()].join());
  const header = chunks.get("IHDR") ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const raw = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  const stride = width * 3;
  if (raw.length !== (stride + 1) * height) throw new Error("pixel count");
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    if (filter !== 0 && filter !== 1) throw new Error(`filter ${filter}`);
    for (let x = 0; x < stride; x++) {
      const left = filter === 1 && x >= 3 ? (pixels[y * stride + x - 3] ?? 0) : 0;
      pixels[y * stride + x] = (raw[y * (stride + 1) + 1 + x] ?? 0) + left;
    }
  }
  return { width, height, pixels };
}

it.for(SCENE_KINDS)(
  "draws %s as a valid, small picture of many colours, and says what it is",
  (kind, { expect }) => {
    const { png, alt } = drawScene(kind, 5, 1, 800, 500);
    const { width, height, pixels } = decode(png);
    const colours = new Set<number>();
    for (let i = 0; i < pixels.length; i += 3) {
      colours.add(((pixels[i] ?? 0) << 16) | ((pixels[i + 1] ?? 0) << 8) | (pixels[i + 2] ?? 0));
    }
    expect([width, height]).toEqual([800, 500]);
    expect(png.length).toBeLessThan(60_000);
    expect(colours.size).toBeGreaterThan(20);
    expect(alt).toMatch(/draw/i);
    expect(drawScene(kind, 5, 1, 800, 500).png).toEqual(png);
    expect(drawScene(kind, 5, 2, 800, 500).png).not.toEqual(png);
  },
);

it("draws faces that differ", ({ expect }) => {
  const faces = Array.from({ length: 40 }, (_, index) => drawAvatar(1, index, 160).png);
  for (const face of faces) {
    expect(decode(face)).toMatchObject({ width: 160, height: 160 });
    expect(face.length).toBeLessThan(12_000);
  }
  expect(new Set(faces.map((face) => Buffer.from(face).toString("base64"))).size).toBe(40);
});
