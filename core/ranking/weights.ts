import { z } from "zod";

import { type Head, HEAD_COUNT, HEADS } from "./heads.ts";
import { RANKING_LIMITS } from "./limits.ts";

const weight = z.number().min(-RANKING_LIMITS.weightMax).max(RANKING_LIMITS.weightMax);

/** What an action of each kind is worth. Configuration: it re-applies to probabilities that are cached. */
export const weightsSchema = z.record(z.enum(HEADS), weight).readonly();
export type Weights = z.infer<typeof weightsSchema>;

/**
 * Rare, deliberate acts count for more than common, cheap ones, roughly as public rankers have it
 * (https://github.com/xai-org/x-algorithm); being hidden costs more than any of them earns.
 */
export const DEFAULT_WEIGHTS: Weights = {
  open: 0.5,
  like: 1,
  comment: 5,
  share: 4,
  follow: 4,
  dwell: 1,
  hide: -20,
};

export interface ValuePart {
  readonly head: Head;
  /** Weight times probability. */
  readonly value: number;
}

export interface Value {
  /** The sum of `parts`, added up from the first to the last. */
  readonly value: number;
  /** One per head, in the order of `HEADS`. */
  readonly parts: readonly ValuePart[];
}

/**
 * What showing a post is worth, and why.
 *
 * @param probabilities rows x `HEAD_COUNT`, row-major; those of `row` are read.
 */
export function valueOf(probabilities: ArrayLike<number>, weights: Weights, row = 0): Value {
  const parts = HEADS.map((head, column) => ({
    head,
    value: weights[head] * (probabilities[row * HEAD_COUNT + column] ?? 0),
  }));
  return { value: parts.reduce((sum, part) => sum + part.value, 0), parts };
}
