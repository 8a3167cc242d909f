import type { Clock } from "../../core/clock.ts";
import type { EdgeCache } from "../../platform/edge-cache.ts";
import type { StoredMedia } from "../../platform/media-store.ts";

/** Like the Cache API: absolute addresses only, nothing without an age, and tags of 1,024 characters. */
export class MemoryEdge implements EdgeCache {
  entries = new Map<string, { readonly text: string; readonly untilMs: number }>();
  readonly files = new Map<
    string,
    { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string }
  >();
  /** Every text that was ever put, by key: what a leak would be found in. */
  readonly puts: {
    readonly key: string;
    readonly text: string;
    readonly tags: readonly string[];
  }[] = [];
  /** Thrown by the next calls, as a cache that is away does. */
  thrown: Error | null = null;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(key: string): Promise<string | null> {
    this.#check(key);
    const entry = this.entries.get(key);
    return entry === undefined || entry.untilMs <= this.#clock.nowMs() ? null : entry.text;
  }

  async put(key: string, text: string, tags: readonly string[], keepMs: number): Promise<void> {
    this.#check(key);
    if (!(keepMs > 0)) throw new Error("nothing is kept without an age");
    if (tags.some((tag) => !/^[\x21-\x2b\x2d-\x7e]{1,1024}$/.test(tag))) throw new Error("bad tag");
    this.puts.push({ key, text, tags });
    this.entries.set(key, { text, untilMs: this.#clock.nowMs() + keepMs });
  }

  async delete(key: string): Promise<void> {
    this.#check(key);
    this.entries.delete(key);
  }

  async getFile(key: string): Promise<StoredMedia | null> {
    this.#check(key);
    const file = this.files.get(key);
    if (file === undefined) return null;
    return { ...file, size: file.bytes.length, body: new Blob([file.bytes]).stream() };
  }

  async putFile(key: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void> {
    this.#check(key);
    this.files.set(key, { bytes, type });
  }

  #check(key: string): void {
    if (this.thrown !== null) throw this.thrown;
    if (!/^https?:\/\/[^/]+\//.test(key)) throw new TypeError(`not an absolute address: ${key}`);
  }
}
