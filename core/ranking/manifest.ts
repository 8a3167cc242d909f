import { z } from "zod";

import { HEADS } from "./heads.ts";

/** A version is a folder's name and a path segment: no separators, no dots in front. */
export const VERSION_PATTERN = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** A file of the artifact, inside its folder. */
const fileName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);

/** Numbers by name, as reports and gates show them: `like.auc`, `gauc`, `ndcg10`. Null where a slice has no examples. */
const numbers = z.record(z.string().max(80), z.number().nullable());

/** From most to least exact. */
export const PRECISIONS = ["fp32", "fp16", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];

const variantSchema = z.object({
  precision: z.enum(PRECISIONS),
  file: fileName,
  /**
   * How far its probabilities may lie from golden ones, which are fp32 on a CPU: what its gate
   * allows, so that a load that gives more is broken.
   */
  goldenTolerance: z.number().positive().max(0.05),
  /** What its gates measured against fp32. */
  gates: numbers,
});
export type Variant = z.output<typeof variantSchema>;

/** `manifest.json` of an artifact: what was trained, on what, how well, and how to know its files. */
export const manifestSchema = z
  .object({
    format: z.literal(1),
    version: z.string().regex(VERSION_PATTERN),
    /** Unix ms. */
    createdAtMs: z.int().nonnegative(),
    /** Fingerprint of the features it was trained on (`SCHEMA` of features.ts then). */
    schema: z.string().regex(/^[0-9a-f]{16}$/),
    denseCount: z.int().positive().max(4_096),
    idCount: z.int().positive().max(64),
    /** Columns of its output. */
    heads: z.array(z.string()).refine((heads) => heads.join() === HEADS.join(), {
      message: `must be ${HEADS.join(", ")}`,
    }),
    seed: z.int().nonnegative(),
    data: z.object({
      /** Where its examples come from, in a word: `product`, `simulator`, `kuairand`. */
      source: z.string().min(1).max(40),
      /** Unix ms: training examples lie in [fromMs, splitMs), held-out ones in [splitMs, toMs]. */
      fromMs: z.number(),
      splitMs: z.number(),
      toMs: z.number(),
      trainRows: z.int().nonnegative(),
      testRows: z.int().nonnegative(),
    }),
    /** By ranker (`heavy`, `light`, `popularity`, ...), on held-out examples. */
    metrics: z.record(z.string().max(40), numbers),
    /** Models of the artifact, fp32 first; others only when they passed their gates. */
    variants: z.array(variantSchema).min(1).max(PRECISIONS.length),
    /** Every file but this one. */
    files: z.record(
      fileName,
      z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() }),
    ),
  })
  .check((context) => {
    const { variants, files } = context.value;
    const needed = ["light.json", "warmup.bin", "golden.bin", ...variants.map(({ file }) => file)];
    for (const file of needed)
      if (files[file] === undefined)
        context.issues.push({
          code: "custom",
          input: files,
          path: ["files", file],
          message: "is missing",
        });
    if (variants[0]?.precision !== "fp32")
      context.issues.push({
        code: "custom",
        input: variants,
        path: ["variants", 0, "precision"],
        message: "must be fp32",
      });
  });

export type Manifest = z.output<typeof manifestSchema>;
