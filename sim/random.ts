import type { Random } from "../core/clock.ts";

/** A repeatable source of chance: the same seed gives the same numbers (mulberry32 over 32 bits). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Uniform integer in [from, to]. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** Integer in [from, to], each order of magnitude equally likely: mostly short, now and then long. */
  logInt(from: number, to: number): number {
    return Math.round(from * (to / from) ** this.next());
  }

  /** @throws RangeError on an empty list, which is a bug. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** Front items are picked far more often: hot keys. */
  pickHot<T>(items: readonly T[]): T {
    return this.pick(items.slice(0, this.logInt(1, items.length)));
  }

  /** A name, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const rows = Object.entries<number>(weights) as [K, number][];
    let left = this.next() * rows.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of rows) {
      left -= weight;
      if (left < 0) return name;
    }
    throw new RangeError("weights must be positive");
  }
}
