/** A JPEG without what only its owner should know, and how it is to be turned. */
export interface CleanJpeg {
  readonly parts: readonly Uint8Array[];
  /** Exif orientation, 1 to 8; from 5 on, width and height change places. */
  readonly orientation: number;
}

const SOI = new Uint8Array([0xff, 0xd8]);
const EOI = new Uint8Array([0xff, 0xd9]);

/**
 * Keeps what a decoder needs: tables, frames, scans, colour profile, and of Exif the
 * orientation alone. Place, time, camera, thumbnails and anything behind the end (a phone
 * appends films there) go. Markers: ITU-T T.81, B.1.
 *
 * @returns null when there is no whole header and scan to keep; a scan may end early, as
 * interrupted downloads do.
 */
export function cleanJpeg(bytes: Uint8Array): CleanJpeg | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const parts: Uint8Array[] = [SOI];
  let [at, orientation, scans] = [2, 1, 0];
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at] === 0xff ? bytes[at + 1] : undefined;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (marker === undefined || marker === 0xd9 || length < 2 || end > bytes.length) {
      return scans === 0 ? null : { parts: [...parts, EOI], orientation };
    }
    const segment = bytes.subarray(at, end);
    if (marker === 0xda) {
      at = endOfScan(bytes, end);
      parts.push(segment, bytes.subarray(end, at));
      scans++;
      continue;
    }
    const turned = marker === 0xe1 ? orientationOf(segment.subarray(4)) : null;
    if (turned !== null && turned !== 1) {
      orientation = turned;
      parts.push(exifOf(turned));
    } else if (isNeeded(marker, segment)) parts.push(segment);
    at = end;
  }
}

/** Where coded data ends: at a marker that is neither a stuffed zero nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) return at;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((char, i) => bytes[i] === char.charCodeAt(0));

/** Of application data only JFIF, colour profiles and Adobe's colour transform change pixels. */
function isNeeded(marker: number, segment: Uint8Array): boolean {
  const payload = segment.subarray(4);
  if (marker === 0xe0) return startsWith(payload, "JFIF\0");
  if (marker === 0xe2) return startsWith(payload, "ICC_PROFILE\0");
  if (marker === 0xee) return startsWith(payload, "Adobe");
  const isApplication = marker >= 0xe0 && marker <= 0xef;
  return !isApplication && marker !== 0xfe;
}

/** Orientation in the first directory of an Exif payload (TIFF 6.0, tag 0x0112); null when there is none. */
function orientationOf(payload: Uint8Array): number | null {
  if (!startsWith(payload, "Exif\0\0")) return null;
  const tiff = new DataView(payload.buffer, payload.byteOffset + 6, payload.byteLength - 6);
  try {
    const little = tiff.getUint16(0) === 0x4949;
    const directory = tiff.getUint32(4, little);
    const entries = tiff.getUint16(directory, little);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + 12 * i;
      if (tiff.getUint16(entry, little) !== 0x0112) continue;
      const value = tiff.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : null;
    }
  } catch (error) {
    // Its offsets point outside of it.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** Exif that says nothing but the orientation, which is to be filled in. */
const EXIF =
  "\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0?\0\0\0\0\0\0";
const exifOf = (orientation: number): Uint8Array =>
  Uint8Array.from(EXIF, (char) => (char === "?" ? orientation : char.charCodeAt(0)));
