import type { ByteRange } from "../core/media/byte-range.ts";

/** Where uploaded images live, by content-hash key: written once, never changed. */
export interface MediaStore {
  /** Repeating a put is harmless: the key says what the bytes are. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void>;
  /** @param range null for the whole image. @returns null when there is no such image. */
  get(key: string, range: ByteRange | null): Promise<StoredImage | null>;
  /** @returns bytes of the image, or null when there is none. */
  size(key: string): Promise<number | null>;
}

export interface StoredImage {
  readonly body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>;
  /** Bytes of the whole image, whatever the range. */
  readonly size: number;
}

/** The first of `keys` that is no stored image, by its place; -1 when all are there. */
export async function firstMissing(media: MediaStore, keys: readonly string[]): Promise<number> {
  const sizes = await Promise.all(keys.map((key) => media.size(key)));
  return sizes.indexOf(null);
}

/** `MediaStore` over an R2 bucket. */
export function r2MediaStore(bucket: Pick<R2Bucket, "put" | "get" | "head">): MediaStore {
  return {
    async put(key, bytes, type) {
      await bucket.put(key, bytes, { httpMetadata: { contentType: type } });
    },
    async get(key, range) {
      const object = await bucket.get(key, range === null ? {} : { range });
      return object === null ? null : { body: object.body, size: object.size };
    },
    async size(key) {
      return (await bucket.head(key))?.size ?? null;
    },
  };
}
