import type { Id } from "../../ids.ts";
import { utf8Bytes } from "../../tao/payload.ts";
import type { FanoutMessage } from "./service.ts";

/** One reader in a message: 19 digits, quotes that are escaped once more, and a comma. */
const READER_BYTES = 24;

export interface ChunkBounds {
  readonly readersMax: number;
  readonly bytesMax: number;
}

/** Bytes of a message on its way. */
export const messageBytes = (message: FanoutMessage): number => utf8Bytes(JSON.stringify(message));

/** Bytes of the message that will carry this work. */
export const bytesOf = (work: string): number => utf8Bytes(JSON.stringify(work)) + 100;

/**
 * Cuts readers into chunks along their buckets, so that one chunk reaches few of them. Each
 * fits into a message beside `besideBytes` of other content; one reader always does.
 */
export function cutReaders(
  readers: readonly Id[],
  bucketOf: (viewer: Id) => number,
  besideBytes: number,
  { readersMax, bytesMax }: ChunkBounds,
): readonly (readonly Id[])[] {
  const room = Math.floor((bytesMax - besideBytes) / READER_BYTES);
  const size = Math.max(1, Math.min(readersMax, room));
  const byBucket = readers
    .map((viewer) => ({ viewer, bucket: bucketOf(viewer) }))
    .toSorted((a, b) => a.bucket - b.bucket);
  return Array.from({ length: Math.ceil(byBucket.length / size) }, (_, index) =>
    byBucket.slice(index * size, (index + 1) * size).map(({ viewer }) => viewer),
  );
}
