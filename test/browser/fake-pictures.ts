import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

export interface Picture {
  readonly key: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** A PNG of a sky over a sea, from a hue: small, and different for each. */
export function drawPng(width: number, height: number, hue: number): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      const down = y / height;
      const sun = Math.hypot(x / width - 0.64, (down - 0.36) * (height / width)) < 0.09;
      const sea = down > 0.62 + Math.sin(x / 37 + hue) * 0.008;
      const tone = (shift: number): number =>
        128 + 90 * Math.sin(hue + shift + down * (sea ? 0.6 : 1.7));
      rows[at] = sun ? 255 : sea ? tone(0) * 0.45 : tone(0);
      rows[at + 1] = sun ? 238 : sea ? tone(1) * 0.55 : tone(1.1);
      rows[at + 2] = sun ? 205 : sea ? tone(2) * 0.7 : tone(2.2);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const SHAPES = [
  [640, 420],
  [420, 560],
  [720, 360],
  [500, 500],
  [640, 480],
  [360, 640],
  [800, 500],
] as const;

export const PICTURES: readonly Picture[] = SHAPES.map(([width, height], i) => {
  const bytes = drawPng(width, height, i * 0.9);
  const key = `${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}.png`;
  return { key, width, height, bytes };
});
