import type { Random } from "../../core/clock.ts";

/** 2^32 over the golden ratio, odd: steps through all 32-bit values before it repeats. */
const STEP = 0x9e3779b9;

/**
 * A stream of its own for every (seed, keys): a part of the world can be made again
 * without making what came before it. A counter, scrambled (the idea of SplitMix,
 * Steele et al., OOPSLA 2014, in 32 bits).
 */
export function stream(seed: number, ...keys: readonly (string | number)[]): Random {
  let counter = hash(seed, ...keys);
  return {
    next() {
      counter = (counter + STEP) >>> 0;
      return scramble(counter) / 2 ** 32;
    },
  };
}

/** FNV-1a over the text of the keys, 32 bits unsigned. It leaves the last keys in the low bits, so it is scrambled. */
export function hash(seed: number, ...keys: readonly (string | number)[]): number {
  const text = [seed, ...keys].join("/");
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return scramble(value);
}

/** Every input bit changes about half of the output bits; the multipliers are MurmurHash3's. */
function scramble(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
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
