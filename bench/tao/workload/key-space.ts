import type { Random } from "../../../core/clock.ts";
import type { Popularity } from "../data/cachebench.ts";
import { Alias } from "./alias.ts";

/** Multiplier of `scatter`: a prime above any number of keys, so that it divides none. */
const STEP = 99_999_989;

/**
 * Keys 0 to `size` - 1 under a CacheBench popularity, its buckets scaled to so many keys.
 * Ranks are scattered over the keys, so that popular keys are not neighbours.
 */
export class KeySpace {
  readonly size: number;
  readonly #buckets: Alias;
  readonly #from: readonly number[];
  readonly #to: readonly number[];
  readonly #offset: number;

  /** @param offset scatters another space over the same keys differently. */
  constructor(popularity: Popularity, size: number, offset: number) {
    this.size = size;
    this.#offset = offset;
    const heat = (bucket: number) =>
      (popularity.weights[bucket] ?? 0) / (popularity.keys[bucket] ?? 1);
    const order = [...popularity.keys.keys()]
      .filter((bucket) => (popularity.keys[bucket] ?? 0) > 0)
      .toSorted((a, b) => heat(b) - heat(a));
    const total = popularity.keys.reduce((sum, keys) => sum + keys, 0);
    this.#buckets = new Alias(order.map((bucket) => popularity.weights[bucket] ?? 0));
    let before = 0;
    const ends = order.map((bucket) => (before += popularity.keys[bucket] ?? 0) / total);
    // A bucket of less than one key shares its key with its neighbours.
    this.#from = ends.map((_, place) => Math.floor((ends[place - 1] ?? 0) * size));
    this.#to = ends.map((end, place) =>
      Math.max((this.#from[place] ?? 0) + 1, Math.floor(end * size)),
    );
  }

  draw(random: Random): number {
    return scatter(this.drawRank(random), this.#offset, this.size);
  }

  /** Rank 0 is the most popular key. */
  drawRank(random: Random): number {
    const bucket = this.#buckets.draw(random);
    const from = this.#from[bucket] ?? 0;
    const rank = from + Math.floor(random.next() * ((this.#to[bucket] ?? 1) - from));
    return Math.min(rank, this.size - 1);
  }
}

/** A bijection of 0 … count-1 that puts neighbours far apart. */
export const scatter = (rank: number, offset: number, count: number): number =>
  (rank * STEP + offset) % count;
