/** What an uploaded image says about itself in its first bytes. */
export interface ImageInfo {
  readonly type: "image/png" | "image/jpeg" | "image/webp" | "image/gif";
  readonly extension: "png" | "jpg" | "webp" | "gif";
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Recognises an image by its magic bytes, never by its declared type, and reads its size.
 *
 * @returns null for anything that is not a PNG, JPEG, WebP or GIF with a readable header.
 */
export function readImage(bytes: Uint8Array): ImageInfo | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readPng(view) ?? readGif(view) ?? readWebp(view) ?? readJpeg(view);
  } catch (error) {
    // The header promises more bytes than there are.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const ascii = (view: DataView, at: number, text: string): boolean =>
  at + text.length <= view.byteLength &&
  [...text].every((char, i) => view.getUint8(at + i) === char.charCodeAt(0));

/** https://www.w3.org/TR/png-3/#5PNG-file-signature and its IHDR chunk. */
function readPng(view: DataView): ImageInfo | null {
  if (!ascii(view, 0, "\x89PNG\r\n\x1a\n") || !ascii(view, 12, "IHDR")) return null;
  return {
    type: "image/png",
    extension: "png",
    width: view.getUint32(16),
    height: view.getUint32(20),
  };
}

function readGif(view: DataView): ImageInfo | null {
  if (!ascii(view, 0, "GIF87a") && !ascii(view, 0, "GIF89a")) return null;
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  return { type: "image/gif", extension: "gif", width, height };
}

/** RFC 9649: lossy, lossless and extended files keep the size in three different places. */
function readWebp(view: DataView): ImageInfo | null {
  if (!ascii(view, 0, "RIFF") || !ascii(view, 8, "WEBP")) return null;
  const webp = (width: number, height: number): ImageInfo => ({
    type: "image/webp",
    extension: "webp",
    width,
    height,
  });
  const u24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (ascii(view, 12, "VP8X")) return webp(u24(24) + 1, u24(27) + 1);
  if (ascii(view, 12, "VP8L") && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true);
    return webp((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  if (ascii(view, 12, "VP8 ") && ascii(view, 23, "\x9d\x01\x2a")) {
    return webp(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  }
  return null;
}

/** Start-of-frame markers of ITU-T T.81: C0 to CF without DHT (C4), JPG (C8) and DAC (CC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function readJpeg(view: DataView): ImageInfo | null {
  if (!ascii(view, 0, "\xff\xd8\xff")) return null;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    // A marker may be preceded by any number of fill bytes.
    if (marker === 0xff) at += 1;
    else if (isFrame(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return { type: "image/jpeg", extension: "jpg", width, height };
    } else {
      const length = view.getUint16(at + 2);
      if (length < 2) return null;
      at += 2 + length;
    }
  }
}
