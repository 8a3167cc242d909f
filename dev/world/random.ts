import type { Random } from "../../core/clock.ts";

/**
 * A stream of its own for every (seed, keys): a part of the world can be made again
 * without making what came before it. FNV-1a over the keys, then mulberry32
 * (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c).
 */
export function stream(seed: number, ...keys: readonly (string | number)[]): Random {
  let state = hash(seed, ...keys);
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

/** 32 bits, unsigned. */
export function hash(seed: number, ...keys: readonly (string | number)[]): number {
  const text = `${seed}/${keys.join("/")}`;
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  // FNV leaves the last keys in the low bits only; one round of avalanche spreads them.
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Whole number in [from, to]. */
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random.next() * (to - from + 1));

export const chance = (random: Random, probability: number): boolean => random.next() < probability;

/** @throws RangeError on an empty list, which is a bug in the data. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[Math.floor(random.next() * list.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

/** Index by weight. */
export function weighted(random: Random, weights: readonly number[]): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] ?? 0;
    if (left < 0) return i;
  }
  return weights.length - 1;
}

/** Box-Muller; mean 0, deviation 1. */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Log-normal with the given mean of the values themselves. */
export const logNormal = (random: Random, mean: number, sigma: number): number =>
  Math.exp(Math.log(mean) - (sigma * sigma) / 2 + sigma * normal(random));

/** Rank in [0, n) with weight about (rank + 1)^-exponent: inverse of the continuous law; exponent is not 1. */
export function zipfRank(random: Random, n: number, exponent: number): number {
  const power = 1 - exponent;
  const x = ((n + 1) ** power - 1) * random.next() + 1;
  return Math.min(n - 1, Math.floor(x ** (1 / power)) - 1);
}
