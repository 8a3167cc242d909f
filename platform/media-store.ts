import type { ByteRange } from "../core/media/byte-range.ts";

/**
 * Where uploads and smaller images live, by keys that say what they are: written once, never
 * changed.
 */
export interface MediaStore {
  /** Keeps what is there: repeating a put is harmless. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void>;
  /**
   * For a body that is too large to hold; over what is there, which has the same bytes.
   *
   * @param size bytes of `body`, exactly. Rejects when there are more or fewer.
   */
  putStream(
    key: string,
    body: ReadableStream<Uint8Array>,
    size: number,
    type: string,
  ): Promise<void>;
  /** @param range null for the whole. @returns null when there is no such object. */
  get(key: string, range: ByteRange | null): Promise<StoredMedia | null>;
  head(key: string): Promise<MediaFacts | null>;
  delete(key: string): Promise<void>;
}

export interface MediaFacts {
  /** Bytes of the whole, whatever the range. */
  readonly size: number;
  /** Content type it was put with. */
  readonly type: string;
}
export interface StoredMedia extends MediaFacts {
  readonly body: ReadableStream<Uint8Array>;
}

/** The first of `keys` that names nothing stored, by its place; -1 when all are there. */
export async function firstMissing(media: MediaStore, keys: readonly string[]): Promise<number> {
  const found = await Promise.all(keys.map((key) => media.head(key)));
  return found.indexOf(null);
}

type Bucket = Pick<R2Bucket, "put" | "get" | "head" | "delete">;

/** Only where nothing is yet: a put of the same key has the same bytes. */
const IF_ABSENT = { onlyIf: { etagDoesNotMatch: "*" } };
const factsOf = ({ size, httpMetadata }: R2Object): MediaFacts => ({
  size,
  type: httpMetadata?.contentType ?? "application/octet-stream",
});

/** `MediaStore` over an R2 bucket. */
export function r2MediaStore(bucket: Bucket): MediaStore {
  return {
    async put(key, bytes, type) {
      await bucket.put(key, bytes, { ...IF_ABSENT, httpMetadata: { contentType: type } });
    },
    async putStream(key, body, size, type) {
      // A bucket takes a stream only if it knows how long it is.
      const sized = new FixedLengthStream(size);
      // Over what is there, if anything: a bucket that refused might leave the body unread.
      const stored = bucket.put(key, sized.readable, { httpMetadata: { contentType: type } });
      await Promise.all([body.pipeTo(sized.writable), stored]);
    },
    async get(key, range) {
      const object = await bucket.get(key, range === null ? {} : { range });
      return object === null ? null : { body: object.body, ...factsOf(object) };
    },
    async head(key) {
      const object = await bucket.head(key);
      return object === null ? null : factsOf(object);
    },
    async delete(key) {
      await bucket.delete(key);
    },
  };
}
