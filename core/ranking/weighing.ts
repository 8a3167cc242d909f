import { z } from "zod";

import { fingerprint } from "../hash.ts";
import { HEADS } from "./heads.ts";
import { DEFAULT_WEIGHTS, type Weights, weightsSchema } from "./weights.ts";

/** Weights with a name that changes whenever they do: pages that were made with others are told apart by it. */
export interface Weighing {
  readonly version: string;
  readonly weights: Weights;
}

export function weighing(name: string, weights: Weights): Weighing {
  const text = JSON.stringify(HEADS.map((head) => weights[head]));
  return { version: `${name}-${fingerprint(text).slice(0, 8)}`, weights };
}

export const DEFAULT_WEIGHING: Weighing = weighing("default", DEFAULT_WEIGHTS);

/** `RANK_WEIGHTS` as a variable holds it: a name, and what differs from the default. */
export const weighingVar = z
  .string()
  .max(2_000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "is not JSON" });
      return z.NEVER;
    }
  })
  .pipe(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9-]{1,32}$/, "1 to 32 of a-z, 0-9 and -"),
      weights: z
        .record(z.string(), z.unknown())
        .transform((some) => ({ ...DEFAULT_WEIGHTS, ...some }))
        .pipe(weightsSchema),
    }),
  )
  .transform(({ name, weights }) => weighing(name, weights));
