import { LIMITS } from "../limits.ts";
import { readMp4 } from "./mp4.ts";
import type { Blank, ReadAt, VideoInfo } from "./video-file.ts";
import { readWebm } from "./webm.ts";

/** Bytes by which a video is told from anything else. */
export const VIDEO_SNIFF_BYTES = 12;

/** Recognises a video by its first bytes, never by its declared type. */
export function sniffVideo(head: Uint8Array): VideoInfo["extension"] | null {
  const ascii = (at: number) => String.fromCharCode(...head.subarray(at, at + 4));
  // Images may come in the same boxes; browsers show them as neither.
  if (ascii(4) === "ftyp" && !/^(?:avif|avis|heic|heix|mif1|msf1)$/.test(ascii(8))) return "mp4";
  return ascii(0) === "\x1a\x45\xdf\xa3" ? "webm" : null;
}

/**
 * Looks into a stored upload of `size` bytes.
 *
 * @returns null for what is no whole video of that kind.
 */
export function readVideo(
  kind: VideoInfo["extension"],
  size: number,
  readAt: ReadAt,
): Promise<VideoInfo | null> {
  return kind === "mp4" ? readMp4(size, readAt) : readWebm(size, readAt);
}

/** @returns what is wrong with it, as a sentence; null when it may be shown. */
export function refusalOf({ width, height, durationMs }: VideoInfo): string | null {
  if (Math.min(width, height) < 1) return "the video has no picture";
  if (width * height > LIMITS.videoPixelsMax || Math.max(width, height) > LIMITS.mediaSideMax) {
    return `a video may have at most ${LIMITS.videoPixelsMax} pixels`;
  }
  if (durationMs !== null && durationMs > LIMITS.videoMsMax) {
    return `a video may last at most ${LIMITS.videoMsMax / 60_000} minutes`;
  }
  return null;
}

/** Writes `blanks` over a chunk that begins at `offset` of the whole. @returns the same chunk when none meets it. */
export function blanked(chunk: Uint8Array, offset: number, blanks: readonly Blank[]): Uint8Array {
  const met = blanks.filter(
    (blank) => blank.offset < offset + chunk.length && blank.offset + blank.length > offset,
  );
  if (met.length === 0) return chunk;
  const bytes = chunk.slice();
  for (const blank of met) {
    const from = Math.max(blank.offset, offset);
    const to = Math.min(blank.offset + blank.length, offset + chunk.length);
    bytes.fill(0, from - offset, to - offset);
    for (let at = from; at < Math.min(to, blank.offset + blank.text.length); at++) {
      bytes[at - offset] = blank.text.charCodeAt(at - blank.offset);
    }
  }
  return bytes;
}
