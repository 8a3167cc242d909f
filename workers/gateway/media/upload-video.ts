import { createHash, randomUUID } from "node:crypto";

import { type Failure, FailureError } from "../../../core/errors.ts";
import type { Media } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { blanked, readVideo, refusalOf } from "../../../core/media/video.ts";
import type { Blank, ReadAt, VideoInfo } from "../../../core/media/video-file.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { MediaStore } from "../../../platform/media-store.ts";
import { type Body, discard } from "../middleware/body-limit.ts";
import { KEY_DIGITS, refused } from "./keys.ts";

/** Whether so many bytes more may be stored for whoever sends them. */
export type MayStore = (bytes: number) => Promise<Result<unknown, Failure>>;

/** Uploads under way. No address serves them; the bucket's lifecycle removes what a crash left. */
const INCOMING = "incoming/";

/**
 * A video is too large to hold, and its key is known only at its end: it streams into the
 * bucket under a name of its own, is looked into there, and copied to its key.
 */
export async function storeVideo(
  store: MediaStore,
  kind: VideoInfo["extension"],
  upload: Body,
  mayStore: MayStore,
): Promise<Result<Media, Failure>> {
  const size = Number(upload.headers.get("content-length") ?? Number.NaN);
  if (!Number.isSafeInteger(size) || upload.body === null) {
    const reason = "a video needs to say how many bytes it has";
    return err({ code: "invalid_request", field: "Content-Length", reason });
  }
  if (size > LIMITS.videoBytesMax) {
    await discard(upload.body, LIMITS.bodyDiscardBytesMax);
    return err({ code: "too_large", field: "body", bytesMax: LIMITS.videoBytesMax });
  }
  // Before it is looked into: what turns out to be no video was stored for a while too.
  const allowed = await mayStore(size);
  if (!allowed.ok) {
    await discard(upload.body, LIMITS.bodyDiscardBytesMax);
    return allowed;
  }
  const incoming = `${INCOMING}${randomUUID()}`;
  try {
    const hash = await receive(store, incoming, upload.body, size);
    return await accept(store, incoming, kind, size, hash);
  } finally {
    await store.delete(incoming);
  }
}

/** @returns SHA-256 of what arrived. @throws FailureError when the client went away. */
async function receive(
  store: MediaStore,
  incoming: string,
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<string> {
  const hash = createHash("sha256");
  const hashed = body.pipeThrough(
    mapped((chunk) => {
      hash.update(chunk);
      return chunk;
    }),
  );
  try {
    await store.putStream(incoming, hashed, size, "application/octet-stream");
  } catch (cause) {
    throw new FailureError(
      { code: "unavailable", dependency: "media", retryAfterMs: 1_000 },
      { cause },
    );
  }
  return hash.digest("hex");
}

async function accept(
  store: MediaStore,
  incoming: string,
  kind: VideoInfo["extension"],
  size: number,
  hash: string,
): Promise<Result<Media, Failure>> {
  const video = await readVideo(kind, size, await readerOf(store, incoming));
  if (video === null)
    return refused("the video is not whole, or no MP4 or WebM that browsers show");
  const refusal = refusalOf(video);
  if (refusal !== null) return refused(refusal);

  const { width, height, durationMs, extension } = video;
  const key = `${keyOf(hash, video.blanks)}.${extension}`;
  if ((await store.head(key)) === null) {
    const whole = await store.get(incoming, null);
    if (whole === null) {
      return err({ code: "unavailable", dependency: "media", retryAfterMs: 1_000 });
    }
    let offset = 0;
    const clean = whole.body.pipeThrough(
      mapped((chunk) => {
        const bytes = blanked(chunk, offset, video.blanks);
        offset += chunk.length;
        return bytes;
      }),
    );
    await store.putStream(key, clean, size, video.type);
  }
  return ok({ key, width, height, alt: "", ...(durationMs !== null && { durationMs }) });
}

/** What is kept follows from what came and what was written over: hashing both names it. */
const keyOf = (hash: string, blanks: readonly Blank[]): string =>
  createHash("sha256")
    .update(hash)
    .update(JSON.stringify(blanks))
    .digest("hex")
    .slice(0, KEY_DIGITS);

/** Reads the start once, since most of what is asked for lies there. */
async function readerOf(store: MediaStore, key: string): Promise<ReadAt> {
  const read: ReadAt = async (offset, length) => {
    const part = await store.get(key, { offset, length });
    return part === null
      ? new Uint8Array()
      : new Uint8Array(await new Response(part.body).arrayBuffer());
  };
  const head = await read(0, LIMITS.videoHeadBytes);
  return async (offset, length) =>
    offset + length <= head.length ? head.subarray(offset, offset + length) : read(offset, length);
}

const mapped = (map: (chunk: Uint8Array) => Uint8Array): TransformStream<Uint8Array, Uint8Array> =>
  new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(map(chunk));
    },
  });
