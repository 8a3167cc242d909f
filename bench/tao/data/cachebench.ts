import { z } from "zod";

/** How requests fall on keys: bucket i holds `keys[i]` keys that share `weights[i]` requests. */
export interface Popularity {
  readonly keys: readonly number[];
  readonly weights: readonly number[];
}

/** Sizes of values, bytes, each with its weight. */
export interface ValueSizes {
  readonly bytes: readonly number[];
  readonly weights: readonly number[];
}

const positive = z.array(z.number().min(0)).min(1);
const popularitySchema = z
  .object({ popularityBuckets: positive, popularityWeights: positive })
  .refine(({ popularityBuckets: a, popularityWeights: b }) => a.length === b.length);
const sizesSchema = z
  .object({ valSizeRange: positive, valSizeRangeProbability: positive })
  .refine(({ valSizeRange: a, valSizeRangeProbability: b }) => a.length === b.length);

/** `pop.json` of a CacheBench configuration. @throws ZodError */
export function parsePopularity(text: string): Popularity {
  const parsed = popularitySchema.parse(JSON.parse(text));
  return { keys: parsed.popularityBuckets, weights: parsed.popularityWeights };
}

/** `sizes.json` of a CacheBench configuration. @throws ZodError */
export function parseSizes(text: string): ValueSizes {
  const parsed = sizesSchema.parse(JSON.parse(text));
  return { bytes: parsed.valSizeRange, weights: parsed.valSizeRangeProbability };
}
