import type { Random } from "../../core/clock.ts";
import { fingerprint } from "../../core/hash.ts";

/** 2^32 over the golden ratio, odd: steps through all 32-bit values before it repeats. */
const STEP = 0x9e3779b9;

/** A stream of its own for every (seed, keys), so that one part of a run never shifts another's. SplitMix in 32 bits. */
export function seeded(seed: number, ...keys: readonly (string | number)[]): Random {
  let counter = Number.parseInt(fingerprint([seed, ...keys].join("/")).slice(0, 8), 16);
  return {
    next() {
      counter = (counter + STEP) >>> 0;
      const once = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
      const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
      return ((twice ^ (twice >>> 16)) >>> 0) / 2 ** 32;
    },
  };
}

/** Of the normal distribution with mean 0 and deviation 1 (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

export const isChosen = (random: Random, probability: number): boolean =>
  random.next() < probability;

/** Whole number below `bound`. */
export const below = (random: Random, bound: number): number => Math.floor(random.next() * bound);

/** In place, every order equally likely (Fisher and Yates). */
export function shuffle(random: Random, list: Int32Array): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = below(random, last + 1);
    const held = list[last] ?? 0;
    list[last] = list[other] ?? 0;
    list[other] = held;
  }
}
