import type { ByteRange } from "../../core/media/byte-range.ts";
import type { MediaStore, StoredImage } from "../../platform/media-store.ts";

/** Like R2, refuses a range that starts outside of the object. */
export class MemoryMedia implements MediaStore {
  readonly images = new Map<string, Uint8Array<ArrayBuffer>>();

  async put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.images.set(key, bytes);
  }

  async get(key: string, range: ByteRange | null): Promise<StoredImage | null> {
    const bytes = this.images.get(key);
    if (bytes === undefined) return null;
    if (range === null) return { body: bytes, size: bytes.byteLength };
    if (range.offset >= bytes.byteLength) throw new Error("range not satisfiable");
    return { body: bytes.slice(range.offset, range.offset + range.length), size: bytes.byteLength };
  }

  async size(key: string): Promise<number | null> {
    return this.images.get(key)?.byteLength ?? null;
  }
}
