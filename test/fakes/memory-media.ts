import type { ByteRange } from "../../core/media/byte-range.ts";
import type { MediaFacts, MediaStore, StoredMedia } from "../../platform/media-store.ts";

interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** Like R2, refuses a range that starts outside of the object, and a stream of another length. */
export class MemoryMedia implements MediaStore {
  readonly objects = new Map<string, Stored>();

  async put(key: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void> {
    if (!this.objects.has(key)) this.objects.set(key, { bytes: bytes.slice(), type });
  }

  async putStream(
    key: string,
    body: ReadableStream<Uint8Array>,
    size: number,
    type: string,
  ): Promise<void> {
    const bytes = new Uint8Array(await new Response(body).arrayBuffer());
    if (bytes.byteLength !== size) throw new TypeError("FixedLengthStream: not that many bytes");
    await this.put(key, bytes, type);
  }

  async get(key: string, range: ByteRange | null): Promise<StoredMedia | null> {
    const stored = this.objects.get(key);
    if (stored === undefined) return null;
    const { bytes, type } = stored;
    const { offset, length } = range ?? { offset: 0, length: bytes.byteLength };
    if (offset >= bytes.byteLength) throw new Error("range not satisfiable");
    const part = bytes.slice(offset, offset + length);
    return { body: new Blob([part]).stream(), size: bytes.byteLength, type };
  }

  async head(key: string): Promise<MediaFacts | null> {
    const stored = this.objects.get(key);
    return stored === undefined ? null : { size: stored.bytes.byteLength, type: stored.type };
  }

  async delete(key: string): Promise<void> {
    this.objects.delete(key);
  }
}
