import { LIMITS } from "../limits.ts";
import type { Read } from "./types.ts";

const WINDOW_MS = 1_000;

/**
 * Names a read that may be kept in a caller's memory: only one whose answer is small and
 * whose key is the same for everybody. null: any other.
 */
export function hotKeyOf(read: Read): string | null {
  switch (read.op) {
    case "objGet":
      return `o${read.id.toString(32)}`;
    case "assocCount":
      return `c${read.id1.toString(32)}:${read.atype}`;
    case "assocRange":
      if (read.after !== null || read.limit > LIMITS.listPrefix) return null;
      return `r${read.id1.toString(32)}:${read.atype}:${read.limit}`;
    case "assocGet": {
      const [id2] = read.id2s;
      if (id2 === undefined || read.id2s.length > 1) return null;
      const { highMs = "", lowMs = "" } = read;
      return `p${read.id1.toString(32)}:${read.atype}:${id2.toString(32)}:${highMs}:${lowMs}`;
    }
    case "assocTimeRange":
      return null;
  }
}

export interface HotBounds {
  /** Of one key, from which on it is hot. */
  readonly readsPerSecond: number;
  /** One read in so many is counted. */
  readonly sampleEvery: number;
}

const USUAL: HotBounds = {
  readsPerSecond: LIMITS.hotReadsPerSecond,
  sampleEvery: LIMITS.hotSampleEvery,
};

/**
 * The keys that are read more often than `readsPerSecond`, of this second and the last,
 * estimated from one read in `sampleEvery`. Of very many keys only the first of a second
 * are counted: one that is hot is among them. A wrong guess costs a caller a little memory.
 */
export class HotKeys {
  #counts = new Map<string, number>();
  /** Hot in this window so far, and in the one before. */
  #hot = new Set<string>();
  #before: ReadonlySet<string> = new Set();
  #windowMs = 0;
  /** Place of the next sample, counted from the first read of the next request. */
  #next = 0;
  readonly #bounds: HotBounds;

  constructor(bounds: HotBounds = USUAL) {
    this.#bounds = bounds;
  }

  /** Counts the reads of one request; most cost an addition. */
  saw(reads: readonly Read[], nowMs: number): void {
    let place = this.#next;
    for (; place < reads.length; place += this.#bounds.sampleEvery) {
      const read = reads[place];
      const key = read === undefined ? null : hotKeyOf(read);
      if (nowMs - this.#windowMs >= WINDOW_MS) this.#turn(nowMs);
      if (key !== null) this.#add(key);
    }
    this.#next = place - reads.length;
  }

  /** Places of hot reads; undefined when there are none. */
  placesIn(reads: readonly Read[], nowMs: number): readonly number[] | undefined {
    if (this.#hot.size === 0 && this.#before.size === 0) return undefined;
    if (nowMs - this.#windowMs >= WINDOW_MS) this.#turn(nowMs);
    const places = [...reads.keys()].filter((place) => {
      const read = reads[place];
      const key = read === undefined ? null : hotKeyOf(read);
      return key !== null && (this.#hot.has(key) || this.#before.has(key));
    });
    return places.length === 0 ? undefined : places;
  }

  #turn(nowMs: number): void {
    this.#before = nowMs - this.#windowMs < 2 * WINDOW_MS ? this.#hot : new Set();
    this.#hot = new Set();
    this.#counts = new Map();
    this.#windowMs = nowMs;
  }

  #add(key: string): void {
    const known = this.#counts.get(key);
    if (known === undefined && this.#counts.size >= LIMITS.hotKeysMax) return;
    const count = (known ?? 0) + this.#bounds.sampleEvery;
    this.#counts.set(key, count);
    if (count >= this.#bounds.readsPerSecond) this.#hot.add(key);
  }
}
