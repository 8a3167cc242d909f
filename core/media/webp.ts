/** Chunks that change what is seen (RFC 9649, 2.7). */
const SEEN = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"];
const PIXELS = ["VP8 ", "VP8L", "ANMF"];
/** Flags of VP8X for chunks that go: Exif and XMP. */
const METADATA_FLAGS = 0x08 | 0x04;

/**
 * Keeps what a decoder needs; Exif, XMP, unknown chunks and whatever follows the end go.
 * Cameras do not write WebP, so an orientation in its Exif is not worth keeping.
 *
 * @returns null unless every chunk is whole, and pixels are among them.
 */
export function cleanWebp(bytes: Uint8Array): readonly Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) return null;
  const chunks: Uint8Array[] = [];
  let hasPixels = false;
  for (let at = 12; at + 8 <= end;) {
    const size = view.getUint32(at + 4, true);
    const next = at + 8 + size + (size % 2);
    // Some writers leave the last padding byte out.
    if (at + 8 + size > end) return null;
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (SEEN.includes(name)) chunks.push(chunkOf(name, bytes.subarray(at, at + 8 + size)));
    hasPixels ||= PIXELS.includes(name);
    at = next;
  }
  return hasPixels ? [header(chunks), ...chunks] : null;
}

function chunkOf(name: string, chunk: Uint8Array): Uint8Array {
  if (name !== "VP8X" && chunk.length % 2 === 0) return chunk;
  const whole = new Uint8Array(chunk.length + (chunk.length % 2));
  whole.set(chunk);
  if (name === "VP8X") whole[8] = (whole[8] ?? 0) & ~METADATA_FLAGS;
  return whole;
}

function header(chunks: readonly Uint8Array[]): Uint8Array {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 4);
  const riff = new Uint8Array([..."RIFF\0\0\0\0WEBP"].map((char) => char.charCodeAt(0)));
  new DataView(riff.buffer).setUint32(4, size, true);
  return riff;
}
