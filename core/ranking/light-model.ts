import { z } from "zod";

import { err, ok, type Result } from "../result.ts";
import { DENSE_COUNT } from "./features.ts";
import { HEAD_COUNT } from "./heads.ts";

/** As logistic regression has it: a row of weights per head over the same normalised columns. */
const lightSchema = z.object({
  kind: z.literal("light"),
  /** Of the training run, the same as the heavy model's beside it. */
  version: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  /** `SCHEMA` of the features that it was trained on. */
  schema: z.string().regex(/^[0-9a-f]{16}$/),
  mean: z.array(z.number()).length(DENSE_COUNT),
  /** Standard deviations: a column is `(value - mean) / scale`, then cut to `[-clip, clip]`. */
  scale: z.array(z.number().positive()).length(DENSE_COUNT),
  clip: z.number().positive(),
  /** HEADS x DENSE. */
  weights: z.array(z.array(z.number()).length(DENSE_COUNT)).length(HEAD_COUNT),
  bias: z.array(z.number()).length(HEAD_COUNT),
});

/** What `light.json` of an artifact holds. */
export type LightJson = z.infer<typeof lightSchema>;

/** Ready to score with: numbers lie in the order in which `scoreLight` reads them. */
export interface LightModel {
  readonly version: string;
  readonly schema: string;
  readonly clip: number;
  readonly mean: Float64Array;
  readonly inverseScale: Float64Array;
  /** DENSE x HEADS. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** @returns what is wrong, with its place, when it is no light model of these features' width. */
export function parseLight(json: unknown): Result<LightModel, string> {
  const parsed = lightSchema.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    return err(issues.join("; "));
  }
  const { version, schema, clip, mean, scale, weights, bias } = parsed.data;
  return ok({
    version,
    schema,
    clip,
    mean: Float64Array.from(mean),
    inverseScale: Float64Array.from(scale, (value) => 1 / value),
    weights: Float64Array.from(
      mean.flatMap((_, column) => weights.map((head) => head[column] ?? 0)),
    ),
    bias: Float64Array.from(bias),
  });
}

/**
 * Probabilities of `rows` rows, one by one: a row's never depend on its neighbours. A value that is
 * no number counts as the mean.
 *
 * @param dense rows x `DENSE_COUNT`, row-major.
 * @returns rows x `HEAD_COUNT`, row-major.
 */
export function scoreLight(
  { clip, mean, inverseScale, weights, bias }: LightModel,
  dense: Float32Array,
  rows: number,
): Float32Array {
  const probabilities = new Float32Array(rows * HEAD_COUNT);
  const sums = new Float64Array(HEAD_COUNT);
  for (let row = 0; row < rows; row++) {
    sums.set(bias);
    let weight = 0;
    for (let column = 0; column < DENSE_COUNT; column++) {
      const value = dense[row * DENSE_COUNT + column] ?? 0;
      let x = (value - (mean[column] ?? 0)) * (inverseScale[column] ?? 0);
      x = x > clip ? clip : x < -clip ? -clip : Number.isNaN(x) ? 0 : x;
      for (let head = 0; head < HEAD_COUNT; head++)
        sums[head] = (sums[head] ?? 0) + x * (weights[weight++] ?? 0);
    }
    for (let head = 0; head < HEAD_COUNT; head++)
      probabilities[row * HEAD_COUNT + head] = 1 / (1 + Math.exp(-(sums[head] ?? 0)));
  }
  return probabilities;
}
