import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const TRUE_COLOUR = 2;
const CHANNELS = 3;

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** PNG (https://www.w3.org/TR/png-3/) of 8-bit RGB pixels, row by row. */
export function encodePng(
  pixels: Uint8Array,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, TRUE_COLOUR, 0, 0, 0], 8);
  const png = Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", smallest(pixels, width * CHANNELS, height)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return new Uint8Array(png);
}

/** Flat drawings pack best unfiltered, soft ones as differences to the left: both are tried. */
function smallest(pixels: Uint8Array, stride: number, height: number): Buffer {
  const plain = deflateSync(filtered(pixels, stride, height, 0), { level: 6 });
  const differences = deflateSync(filtered(pixels, stride, height, CHANNELS), { level: 6 });
  return plain.length <= differences.length ? plain : differences;
}

/** Each row with its filter type: 0 none, or 1 differences to the pixel `reach` bytes before. */
function filtered(pixels: Uint8Array, stride: number, height: number, reach: number): Buffer {
  const out = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (stride + 1);
    out[to] = reach === 0 ? 0 : 1;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const before = reach === 0 || x < reach ? 0 : (pixels[at - reach] ?? 0);
      out[to + 1 + x] = (pixels[at] ?? 0) - before;
    }
  }
  return out;
}
