import { LIMITS } from "../../core/limits.ts";
import type { EdgeCache } from "../../platform/edge-cache.ts";
import type { StoredMedia } from "../../platform/media-store.ts";

/** Counters of this isolate since it started. */
export interface FileStats {
  readonly hits: number;
  readonly misses: number;
  /** Asked for by who has it already: answered without looking. */
  readonly notModified: number;
  /** Parts, and films: never looked for here. */
  readonly passed: number;
  readonly stored: number;
  readonly errors: number;
  readonly bytesServed: number;
  readonly bytesStored: number;
}

/**
 * Images in the shared cache of this data centre, so that one which many look at costs the
 * bucket one read. Films are not: players ask for parts, and each would bring all of it here.
 * It fails open: the bucket has everything.
 */
export class EdgeFiles {
  readonly #cache: EdgeCache;
  readonly #counts = {
    hits: 0,
    misses: 0,
    notModified: 0,
    passed: 0,
    stored: 0,
    errors: 0,
    bytesServed: 0,
    bytesStored: 0,
  };

  constructor(cache: EdgeCache) {
    this.#cache = cache;
  }

  stats(): FileStats {
    return { ...this.#counts };
  }

  wasNotModified(): void {
    this.#counts.notModified++;
  }

  wasPassed(): void {
    this.#counts.passed++;
  }

  async find(url: string): Promise<StoredMedia | null> {
    let file: StoredMedia | null = null;
    try {
      file = await this.#cache.getFile(url);
    } catch {
      this.#counts.errors++;
    }
    this.#counts[file === null ? "misses" : "hits"]++;
    this.#counts.bytesServed += file?.size ?? 0;
    return file;
  }

  async keep(url: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void> {
    try {
      await this.#cache.putFile(url, bytes, type, LIMITS.immutableMs);
      this.#counts.stored++;
      this.#counts.bytesStored += bytes.byteLength;
    } catch {
      this.#counts.errors++;
    }
  }
}
