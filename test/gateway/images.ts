/** Just enough of each format to be recognised: header and size, no picture. */
const bytes = (text: string, length = text.length): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(Math.max(length, text.length));
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
};

export function pngOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const png = bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 64);
  const view = new DataView(png.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return png;
}

export function gifOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const gif = bytes("GIF89a", 20);
  const view = new DataView(gif.buffer);
  view.setUint16(6, width, true);
  view.setUint16(8, height, true);
  return gif;
}

/** With an APP0 segment before the frame, as cameras write it. */
export function jpegOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const jpeg = bytes("\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08", 40);
  const view = new DataView(jpeg.buffer);
  view.setUint16(14, height);
  view.setUint16(16, width);
  return jpeg;
}

export function webpOf(
  kind: "VP8 " | "VP8L" | "VP8X",
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const webp = bytes(`RIFF\0\0\0\0WEBP${kind}`, 40);
  const view = new DataView(webp.buffer);
  if (kind === "VP8X") {
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
