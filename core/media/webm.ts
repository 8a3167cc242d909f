import { LIMITS } from "../limits.ts";
import type { ReadAt, VideoInfo } from "./video-file.ts";

/** Element ids of https://www.matroska.org/technical/elements.html */
const ID = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  info: 0x1549a966,
  scale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  track: 0xae,
  video: 0xe0,
  width: 0xb0,
  height: 0xba,
} as const;
/** Elements whose children are looked at. */
const PARENTS: readonly number[] = [ID.ebml, ID.segment, ID.info, ID.tracks, ID.track, ID.video];
/** Nanoseconds of a tick, unless the file says otherwise. */
const DEFAULT_SCALE = 1_000_000;

/**
 * Reads the elements at the start, where recorders and encoders put them: what has no track
 * of pictures within `videoHeadBytes` is refused. Its metadata stays: recorders of WebM are
 * browsers, which know no place.
 *
 * @returns null for what is not WebM.
 */
export async function readWebm(size: number, readAt: ReadAt): Promise<VideoInfo | null> {
  const head = await readAt(0, Math.min(size, LIMITS.videoHeadBytes));
  const found = new Map<number, Uint8Array>();
  collect(head, found);
  const [width, height] = [uint(found.get(ID.width)), uint(found.get(ID.height))];
  const docType = String.fromCharCode(...(found.get(ID.docType) ?? []));
  if (docType.replace(/\0+$/, "") !== "webm" || width === null || height === null) return null;
  const ticks = float(found.get(ID.duration));
  const scale = uint(found.get(ID.scale)) ?? DEFAULT_SCALE;
  const ms = ticks === null ? null : Math.round((ticks * scale) / 1_000_000);
  const durationMs = ms !== null && Number.isSafeInteger(ms) && ms > 0 ? ms : null;
  return { type: "video/webm", extension: "webm", width, height, durationMs, blanks: [] };
}

/** The first element of each id. Parents are entered, so that the walk is flat and bounded by the bytes. */
function collect(bytes: Uint8Array, found: Map<number, Uint8Array>): void {
  for (let at = 0; at < bytes.length;) {
    const id = vint(bytes, at, true);
    const size = id === null ? null : vint(bytes, at + id.length, false);
    if (id === null || size === null) return;
    const start = at + id.length + size.length;
    if (PARENTS.includes(id.value)) {
      at = start;
      continue;
    }
    const end = start + size.value;
    if (!found.has(id.value) && end <= bytes.length) {
      found.set(id.value, bytes.subarray(start, end));
    }
    at = end;
  }
}

interface Vint {
  readonly value: number;
  /** Bytes. */
  readonly length: number;
}

/** A number whose leading zeros say how long it is (RFC 8794, 4); an id keeps its marker bit. */
function vint(bytes: Uint8Array, at: number, keepsMarker: boolean): Vint | null {
  const first = bytes[at];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return null;
  let value = keepsMarker ? first : first & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return { value, length };
}

function uint(bytes: Uint8Array | undefined): number | null {
  if (bytes === undefined || bytes.length > 6) return null;
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function float(bytes: Uint8Array | undefined): number | null {
  if (bytes === undefined) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0);
  return bytes.length === 8 ? view.getFloat64(0) : null;
}
