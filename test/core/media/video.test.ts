import fc from "fast-check";
import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { blanked, readVideo, refusalOf, sniffVideo } from "../../../core/media/video.ts";
import type { VideoInfo } from "../../../core/media/video-file.ts";
import { gifOf, jpegOf, pngOf, webpOf } from "../../gateway/images.ts";
import { box, bytesOf, mp4Of, PLACE, textOf, webmOf } from "../../gateway/media-files.ts";

/** Counts what a bucket would be asked for. */
async function read(bytes: Uint8Array): Promise<{ video: VideoInfo | null; reads: number }> {
  let reads = 0;
  const kind = sniffVideo(bytes.subarray(0, 12));
  if (kind === null) return { video: null, reads };
  const video = await readVideo(kind, bytes.length, async (offset, length) => {
    reads++;
    return bytes.subarray(offset, offset + length);
  });
  return { video, reads };
}

describe("an MP4", () => {
  it.for([
    ["index first", {}, { width: 320, height: 240, durationMs: 1_500 }],
    ["index last", { indexLast: true }, { width: 320, height: 240, durationMs: 1_500 }],
    ["turned by a phone", { turned: true }, { width: 240, height: 320 }],
    ["in fragments", { durationMs: 0 }, { durationMs: null }],
    ["of unknown length", { durationMs: 0xffff_ffff }, { durationMs: null }],
  ] as const)("%s says its size and length", async ([, options, expected], { expect }) => {
    const { video, reads } = await read(mp4Of(options));
    expect(video).toMatchObject({ type: "video/mp4", extension: "mp4", ...expected });
    expect(reads).toBeLessThanOrEqual(4);
  });

  it("keeps neither place nor time of its recording, and every byte stays where it was", async ({
    expect,
  }) => {
    const bytes = mp4Of({ indexLast: true });
    const { video } = await read(bytes);
    const blanks = video?.blanks ?? [];
    const whole = blanked(bytes, 0, blanks);
    expect(whole).toHaveLength(bytes.length);
    const text = textOf(whole);
    for (const personal of [PLACE, "my camera", "location", "udta", "\xe8\x75\xcf\0"]) {
      expect(textOf(bytes).includes(personal) || personal === "\xe8\x75\xcf\0").toBe(true);
      expect(text).not.toContain(personal);
    }
    // The track of places is gone, those of picture and sound are not.
    expect(text.match(/trak/g)).toHaveLength(2);
    expect((await read(whole)).video).toMatchObject({ width: 320, height: 240, durationMs: 1_500 });

    // As it passes in pieces of any size.
    for (const size of [1, 7, 64, 1_000]) {
      let pieces = "";
      for (let at = 0; at < bytes.length; at += size) {
        pieces += textOf(blanked(bytes.subarray(at, at + size), at, blanks));
      }
      expect(pieces).toBe(text);
    }
  });

  it("that is cut off anywhere is refused", async ({ expect }) => {
    for (const options of [{}, { indexLast: true }]) {
      const bytes = mp4Of(options);
      for (let end = 12; end < bytes.length; end += 3) {
        expect((await read(bytes.subarray(0, end))).video).toBeNull();
      }
    }
  });

  it("without a picture is refused", async ({ expect }) => {
    expect((await read(mp4Of({ handler: "hint" }))).video).toBeNull();
    expect((await read(bytesOf(box("ftyp", "isom\0\0\0\0") + box("mdat", "m")))).video).toBeNull();
  });

  it("of endless small boxes costs a bounded number of reads", async ({ expect }) => {
    const many = box("ftyp", "isom\0\0\0\0") + box("free", "").repeat(5_000);
    const { video, reads } = await read(bytesOf(many));
    expect([video, reads <= LIMITS.videoBoxesMax]).toEqual([null, true]);
  });
});

describe("a WebM", () => {
  it("says its size, and its length when it knows", async ({ expect }) => {
    const size = { width: 320, height: 240 };
    const webm = { type: "video/webm", ...size, blanks: [] };
    expect((await read(webmOf())).video).toMatchObject({ ...webm, durationMs: null });
    expect((await read(webmOf({ durationMs: 1_500 }))).video).toMatchObject({
      ...webm,
      durationMs: 1_500,
    });
  });

  it("is not any other Matroska", async ({ expect }) => {
    const other = bytesOf(textOf(webmOf()).replace("webm", "matr"));
    expect((await read(other)).video).toBeNull();
  });
});

it("tells videos from images by their bytes", ({ expect }) => {
  const images = [pngOf(1, 1), gifOf(1, 1), jpegOf(1, 1), webpOf("VP8X", 1, 1)];
  const avif = bytesOf(box("ftyp", "avif\0\0\0\0"));
  const nothing = [...images, avif, new Uint8Array(), bytesOf("<svg>")];
  for (const bytes of nothing) expect(sniffVideo(bytes.subarray(0, 12))).toBeNull();
  expect(sniffVideo(mp4Of().subarray(0, 12))).toBe("mp4");
  expect(sniffVideo(webmOf().subarray(0, 12))).toBe("webm");
});

it("reads anything without throwing, and no size that is no number", async ({ expect }) => {
  const byte = fc.tuple(fc.nat(700), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(mp4Of(), mp4Of({ indexLast: true }), webmOf({ durationMs: 9 })),
      fc.array(byte, { maxLength: 4 }),
      async (whole, changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const { video } = await read(bytes);
        if (video === null) return;
        expect(Number.isInteger(video.width + video.height + (video.durationMs ?? 0))).toBe(true);
        for (const { offset, length } of video.blanks) {
          expect(offset >= 0 && length >= 0 && offset + length <= bytes.length).toBe(true);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

it.for([
  [{ width: 0 }, "the video has no picture"],
  [{ width: 16_000, height: 9_000 }, "a video may have at most 9437184 pixels"],
  [{ width: 20_000, height: 1 }, "a video may have at most 9437184 pixels"],
  [{ durationMs: 600_001 }, "a video may last at most 10 minutes"],
  [{ durationMs: 600_000, width: 4_096, height: 2_304 }, null],
] as const)("%o: %s", ([facts, reason], { expect }) => {
  const video = {
    type: "video/mp4",
    extension: "mp4",
    width: 1,
    height: 1,
    durationMs: null,
    blanks: [],
  } as const;
  expect(refusalOf({ ...video, ...facts })).toBe(reason);
});
