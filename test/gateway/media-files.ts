/** Text whose characters are bytes. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (char) => char.charCodeAt(0));
export const textOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

const be = (value: number, length: number): string =>
  Array.from({ length }, (_, i) =>
    String.fromCharCode(Math.floor(value / 256 ** (length - 1 - i)) % 256),
  ).join("");
const u32 = (value: number): string => be(value, 4);

export const box = (type: string, payload: string): string =>
  `${u32(payload.length + 8)}${type}${payload}`;

const IDENTITY = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000].map(u32).join("");
const QUARTER_TURN = [0, 0x1_0000, 0, 0xffff_0000, 0, 0, 0, 0, 0x4000_0000].map(u32).join("");
/** Seconds since 1904. */
const RECORDED = u32(3_900_000_000);
export const PLACE = "+52.3731+004.8922/";

export interface FilmOptions {
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  readonly turned?: boolean;
  /** As phones do while they record. */
  readonly indexLast?: boolean;
  readonly handler?: string;
  readonly mediaBytes?: number;
}

/** An MP4 as a phone writes it: place and time in the index, and a track of places. */
export function mp4Of(options: FilmOptions = {}): Uint8Array<ArrayBuffer> {
  const {
    width = 320,
    height = 240,
    durationMs = 1_500,
    turned = false,
    handler = "vide",
  } = options;
  const times = `${RECORDED}${RECORDED}`;
  const track = (kind: string, w: number, h: number) =>
    box(
      "trak",
      box(
        "tkhd",
        `\0\0\0\x07${times}${u32(1)}${u32(0)}${u32(durationMs)}${u32(0)}${u32(0)}${u32(0)}${u32(0)}${turned ? QUARTER_TURN : IDENTITY}${u32(w * 65_536)}${u32(h * 65_536)}`,
      ) +
        box(
          "mdia",
          box("mdhd", `\0\0\0\0${times}${u32(1_000)}${u32(durationMs)}${u32(0)}`) +
            box("hdlr", `\0\0\0\0${u32(0)}${kind}${"\0".repeat(12)}name\0`),
        ) +
        box("udta", box("name", "my camera")),
    );
  const header = box("mvhd", `\0\0\0\0${times}${u32(1_000)}${u32(durationMs)}${"\0".repeat(80)}`);
  const index = box(
    "moov",
    header +
      track(handler, width, height) +
      track("soun", 0, 0) +
      track("meta", 0, 0) +
      box("udta", box("\xa9xyz", `\0\x12\x15\xc7${PLACE}`)) +
      box("meta", `location.ISO6709${PLACE}`),
  );
  const media = box("mdat", "m".repeat(options.mediaBytes ?? 200));
  const type = box("ftyp", "isom\0\0\x02\0isommp42");
  return bytesOf(type + (options.indexLast === true ? media + index : index + media));
}

const element = (id: string, payload: string): string =>
  `${id}\x01${be(payload.length, 7)}${payload}`;

/** A WebM as a browser records it: no duration unless asked, one Segment of unknown length. */
export function webmOf(options: FilmOptions = {}): Uint8Array<ArrayBuffer> {
  const { width = 320, height = 240, durationMs } = options;
  const duration = new DataView(new ArrayBuffer(8));
  duration.setFloat64(0, durationMs ?? 0);
  const info = element(
    "\x15\x49\xa9\x66",
    element("\x2a\xd7\xb1", be(1_000_000, 3)) +
      (durationMs === undefined
        ? ""
        : element("\x44\x89", textOf(new Uint8Array(duration.buffer)))),
  );
  const video = element("\xe0", element("\xb0", be(width, 2)) + element("\xba", be(height, 2)));
  const tracks = element("\x16\x54\xae\x6b", element("\xae", element("\x83", "\x01") + video));
  const ebml = element("\x1a\x45\xdf\xa3", element("\x42\x82", "webm"));
  const segment = `\x18\x53\x80\x67\x01${"\xff".repeat(7)}`;
  return bytesOf(`${ebml}${segment}${info}${tracks}\x1f\x43\xb6\x75\x01${"\xff".repeat(7)}frames`);
}
