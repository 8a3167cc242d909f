/** Just enough of each format to be whole: header, size, and pixels that nobody decodes. */
const bytes = (text: string, length = text.length): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(Math.max(length, text.length));
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
};

/** Big-endian. */
const u32 = (value: number): string =>
  String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
const u16 = (value: number): string => String.fromCharCode((value >>> 8) & 0xff, value & 0xff);
const little = (text: string): string => [...text].toReversed().join("");

export const pngChunk = (type: string, payload: string): string =>
  `${u32(payload.length)}${type}${payload}crc.`;

/** 64 bytes, and whatever `chunks` add before the pixels. */
export function pngOf(width: number, height: number, chunks = ""): Uint8Array<ArrayBuffer> {
  const header = pngChunk("IHDR", `${u32(width)}${u32(height)}\x08\x02\0\0\0`);
  const pixels = `${pngChunk("IDAT", "1234567")}${pngChunk("IEND", "")}`;
  return bytes(`\x89PNG\r\n\x1a\n${header}${chunks}${pixels}`);
}

/** One frame, behind `extensions`. */
export function gifOf(width: number, height: number, extensions = ""): Uint8Array<ArrayBuffer> {
  const size = `${little(u16(width))}${little(u16(height))}`;
  return bytes(`GIF89a${size}\0\0\0${extensions},\0\0\0\0\x03\0\x02\0\0\x02\x02ab\0;`);
}

export const jpegSegment = (marker: string, payload: string): string =>
  `\xff${marker}${u16(payload.length + 2)}${payload}`;

/** As cameras write it: JFIF, then `segments`, then the frame and a scan. */
export function jpegOf(width: number, height: number, segments = ""): Uint8Array<ArrayBuffer> {
  const frame = jpegSegment("\xc2", `\x08${u16(height)}${u16(width)}\x01\x01\x11\0`);
  const scan = `${jpegSegment("\xda", "\x01\x01\0\0\x3f\0")}ab\xff\0c\xff\xd0d`;
  const jfif = jpegSegment("\xe0", "JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
  return bytes(`\xff\xd8${jfif}${segments}${frame}${scan}\xff\xd9`);
}

export const webpChunk = (name: string, payload: string): string =>
  `${name}${little(u32(payload.length))}${payload}${payload.length % 2 === 0 ? "" : "\0"}`;

export function webpOf(
  kind: "VP8 " | "VP8L" | "VP8X",
  width: number,
  height: number,
  chunks = "",
): Uint8Array<ArrayBuffer> {
  const pixels = (name: string, size: number) => webpChunk(name, "\0".repeat(size));
  const body = kind === "VP8X" ? `${pixels("VP8X", 10)}${pixels("VP8 ", 10)}` : pixels(kind, 10);
  const content = `WEBP${body}${chunks}`;
  const webp = bytes(`RIFF${little(u32(content.length))}${content}`);
  const view = new DataView(webp.buffer);
  if (kind === "VP8X") {
    view.setUint8(20, 0x08 | 0x04);
    view.setUint32(24, width - 1, true);
    view.setUint16(27, height - 1, true);
  } else if (kind === "VP8L") {
    view.setUint8(20, 0x2f);
    view.setUint32(21, (width - 1) | ((height - 1) << 14), true);
  } else {
    webp.set([0x9d, 0x01, 0x2a], 23);
    view.setUint16(26, width, true);
    view.setUint16(28, height, true);
  }
  return webp;
}
