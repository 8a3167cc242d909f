import { LIMITS } from "../limits.ts";
import type { Blank, ReadAt, VideoInfo } from "./video-file.ts";

/** A box of ISO/IEC 14496-12: its place in the whole file. */
interface Box {
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly headBytes: number;
}

const HEAD_BYTES = 16;
/** Boxes that describe a recording (who, where, when) and that no player needs. */
const DESCRIBES = ["udta", "meta", "uuid"];
/** Tracks that are shown or heard; others hold, say, the place of every second. */
const PLAYED = ["vide", "soun", "subt", "text", "sbtl"];

/**
 * Walks the outer boxes, then the index (`moov`). Every box must lie within the file, up to
 * the `videoBoxesMax` that are looked at.
 *
 * @returns null without an index that names a track of pictures.
 */
export async function readMp4(size: number, readAt: ReadAt): Promise<VideoInfo | null> {
  const blanks: Blank[] = [];
  let index: Box | null = null;
  let at = 0;
  for (let boxes = 0; at < size && boxes < LIMITS.videoBoxesMax; boxes++) {
    const box = boxAt(await readAt(at, HEAD_BYTES), 0, at, size);
    if (box === null) return null;
    if (box.type === "moov") index = box;
    if (DESCRIBES.includes(box.type)) blanks.push(blankOf(box));
    at = box.offset + box.size;
  }
  if (index === null || index.size > LIMITS.videoIndexBytesMax) return null;
  const bytes = await readAt(index.offset, index.size);
  const film = bytes.length === index.size ? readIndex(new View(bytes, index.offset), index) : null;
  return film === null
    ? null
    : { type: "video/mp4", extension: "mp4", ...film, blanks: [...blanks, ...film.blanks] };
}

/** The bytes of the index, addressed by their place in the file. */
class View {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#start = start;
  }

  u8 = (at: number): number => this.#view.getUint8(at - this.#start);
  u32 = (at: number): number => this.#view.getUint32(at - this.#start);
  u64 = (at: number): number => Number(this.#view.getBigUint64(at - this.#start));
  ascii = (at: number): string =>
    String.fromCharCode(...this.#bytes.subarray(at - this.#start, at - this.#start + 4));

  /** @returns null when a box does not fit into its parent. */
  children({ offset, size, headBytes }: Box): readonly Box[] | null {
    const found: Box[] = [];
    const end = offset + size;
    // A few bytes at the end are padding that some writers leave.
    for (let at = offset + headBytes; at + 8 <= end;) {
      const box = boxAt(this.#bytes, at - this.#start, at, end);
      if (box === null) return null;
      found.push(box);
      at += box.size;
    }
    return found;
  }
}

function boxAt(bytes: Uint8Array, from: number, offset: number, end: number): Box | null {
  if (bytes.length < from + 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = String.fromCharCode(...bytes.subarray(from + 4, from + 8));
  const short = view.getUint32(from);
  const isLong = short === 1;
  if (isLong && bytes.length < from + HEAD_BYTES) return null;
  const long = isLong ? Number(view.getBigUint64(from + 8)) : short;
  const [size, headBytes] = [short === 0 ? end - offset : long, isLong ? HEAD_BYTES : 8];
  return size >= headBytes && offset + size <= end ? { type, offset, size, headBytes } : null;
}

/** The box stays where it is, as free space. */
const blankOf = ({ offset, size }: Box): Blank => ({
  offset: offset + 4,
  length: size - 4,
  text: "free",
});

type Film = Pick<VideoInfo, "width" | "height" | "durationMs" | "blanks">;

function readIndex(view: View, index: Box): Film | null {
  const boxes = view.children(index);
  const header = boxes?.find(({ type }) => type === "mvhd");
  if (boxes === undefined || boxes === null || header === undefined || header.size < 32)
    return null;
  const blanks = [timesOf(view, header), ...described(boxes)];
  let picture: Pick<Film, "width" | "height"> | null = null;
  for (const track of boxes.filter(({ type }) => type === "trak")) {
    const read = readTrack(view, track);
    if (read === null) return null;
    blanks.push(...read.blanks);
    picture ??= read.picture;
  }
  return picture === null ? null : { ...picture, durationMs: durationOf(view, header), blanks };
}

interface Track {
  readonly blanks: readonly Blank[];
  readonly picture: Pick<Film, "width" | "height"> | null;
}

function readTrack(view: View, track: Box): Track | null {
  const boxes = view.children(track) ?? [];
  const [header, media] = ["tkhd", "mdia"].map((name) => boxes.find(({ type }) => type === name));
  const inner = media === undefined ? null : view.children(media);
  const handler = inner?.find(({ type }) => type === "hdlr");
  const mediaHeader = inner?.find(({ type }) => type === "mdhd");
  if (header === undefined || header.size < 92 || handler === undefined || handler.size < 20)
    return null;
  const kind = view.ascii(handler.offset + 16);
  if (!PLAYED.includes(kind)) return { blanks: [blankOf(track)], picture: null };
  const blanks = [
    timesOf(view, header),
    ...(mediaHeader === undefined || mediaHeader.size < 32 ? [] : [timesOf(view, mediaHeader)]),
    ...described(boxes),
  ];
  return { blanks, picture: kind === "vide" ? pictureOf(view, header) : null };
}

const described = (boxes: readonly Box[]): Blank[] =>
  boxes.filter(({ type }) => DESCRIBES.includes(type)).map(blankOf);

/** Creation and modification, at the start of `mvhd`, `tkhd` and `mdhd`: 64 bits each from version 1. */
const timesOf = (view: View, { offset }: Box): Blank => ({
  offset: offset + 12,
  length: view.u8(offset + 8) === 1 ? 16 : 8,
  text: "",
});

/** The last 44 bytes of `tkhd` are a matrix of nine, then width and height, all 16.16 or so. */
function pictureOf(view: View, { offset, size }: Box): Pick<Film, "width" | "height"> {
  const matrix = offset + size - 44;
  const [width, height] = [view.u32(matrix + 36) >>> 16, view.u32(matrix + 40) >>> 16];
  // A quarter turn: the first row of the matrix has nothing along x.
  return view.u32(matrix) === 0 && view.u32(matrix + 4) !== 0
    ? { width: height, height: width }
    : { width, height };
}

/** @returns null for zero, as files in fragments have, and for "unknown", all ones. */
function durationOf(view: View, { offset }: Box): number | null {
  const isLong = view.u8(offset + 8) === 1;
  const scale = view.u32(offset + (isLong ? 28 : 20));
  const duration = isLong ? view.u64(offset + 32) : view.u32(offset + 24);
  const unknown = isLong ? duration >= 2 ** 63 : duration === 0xffff_ffff;
  return unknown || duration === 0 || scale === 0 ? null : Math.round((duration / scale) * 1_000);
}
