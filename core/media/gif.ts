const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
/** Timing and transparency, drawn text, and application data; the rest is comments. */
const [CONTROL, DRAWN_TEXT, APPLICATION] = [0xf9, 0x01, 0xff];
/** Applications whose data makes an animation repeat. */
const LOOPS = ["NETSCAPE2.0", "ANIMEXTS1.0"];

/**
 * Keeps frames, their timing and how often they repeat; comments, XMP and whatever follows the
 * end go. Blocks: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 *
 * @returns null without a single whole frame; later ones may be missing.
 */
export function cleanGif(bytes: Uint8Array): readonly Uint8Array[] | null {
  let at = 13 + colours(bytes[10] ?? 0);
  const parts: Uint8Array[] = [bytes.subarray(0, at)];
  let frames = 0;
  for (;;) {
    const [start, kind] = [at, bytes[at]];
    if (kind === IMAGE) at = endOfBlocks(bytes, at + 11 + colours(bytes[at + 9] ?? 0));
    else if (kind === EXTENSION) at = endOfBlocks(bytes, at + 2);
    const ended = kind === undefined || kind === TRAILER || at === start;
    if (ended || at > bytes.length) {
      return frames === 0 ? null : [...parts, new Uint8Array([TRAILER])];
    }
    if (kind === IMAGE) frames++;
    const block = bytes.subarray(start, at);
    if (kind === IMAGE || isNeeded(block)) parts.push(block);
  }
}

/** Bytes of the colour table that a packed field announces. */
const colours = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 << ((packed & 7) + 1));

/** Behind the empty block that ends a row of blocks; past the end when there is none. */
function endOfBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const size = bytes[at];
    if (size === undefined) return bytes.length + 1;
    at += 1 + size;
    if (size === 0) return at;
  }
}

function isNeeded(extension: Uint8Array): boolean {
  const label = extension[1];
  if (label !== APPLICATION) return label === CONTROL || label === DRAWN_TEXT;
  return LOOPS.includes(String.fromCharCode(...extension.subarray(3, 14)));
}
