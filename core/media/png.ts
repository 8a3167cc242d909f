/** Optional chunks that change what is seen: transparency, colour, animation, size of pixels. */
const SEEN = new Set(
  "tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split(" "),
);

/**
 * Keeps what a decoder needs; texts, times, Exif, unknown chunks and whatever follows the end
 * go. Chunks: https://www.w3.org/TR/png-3/#5Chunk-layout
 *
 * @returns null unless all chunks up to the last are there, and pixels among them.
 */
export function cleanPng(bytes: Uint8Array): readonly Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  let hasPixels = false;
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    // A capital first letter: no decoder can do without it.
    if (/^[A-Z]/.test(type) || SEEN.has(type)) parts.push(bytes.subarray(at, end));
    hasPixels ||= type === "IDAT";
    if (type === "IEND") return hasPixels ? parts : null;
    at = end;
  }
  return null;
}
