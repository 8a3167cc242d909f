import os from "node:os";

import { z } from "zod";

import { PRECISIONS } from "../../core/ranking/manifest.ts";
import { RANKER_LIMITS } from "./limits.ts";
import { PROVIDERS } from "./model/profile.ts";

const list = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .pipe(z.array(z.enum(PROVIDERS)).min(1));

const varsSchema = z.object({
  RANKER_HOST: z.string().default("127.0.0.1"),
  /** 0: any free one, which the log names. */
  RANKER_PORT: z.coerce.number().int().min(0).max(65_535).default(8_600),
  /** Folder of versions, with a file `current`. */
  RANKER_MODELS: z.string().default("gpu-ranker/models"),
  /** In the order in which they are tried. WebGPU only when it is named: no data centre serves with it. */
  RANKER_PROVIDERS: list.default(["tensorrt", "cuda", "cpu"]),
  RANKER_PRECISION: z.enum(PRECISIONS).default("fp32"),
  /** Of one model. More than there are free cores makes it slower, and the server needs one. */
  RANKER_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(() => Math.max(1, Math.min(8, os.availableParallelism() - 1))),
  /** Also what a batch's length is measured against. */
  RANKER_BUDGET_MS: z.coerce
    .number()
    .int()
    .min(5)
    .max(RANKER_LIMITS.budgetMsMax)
    .default(RANKER_LIMITS.budgetMsDefault),
  /** 1: requests are never merged, which only a bench wants. */
  RANKER_BATCH_ROWS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(RANKER_LIMITS.batchRowsMax)
    .default(RANKER_LIMITS.batchRowsMax),
  /** How often `current` is read; 0: once. */
  RANKER_POLL_MS: z.coerce.number().int().min(0).max(3_600_000).default(5_000),
  /** Bearer token of the admin API; without one there is no admin API. */
  RANKER_ADMIN_TOKEN: z.string().min(16).optional(),
  RANKER_DRAIN_NOTICE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(RANKER_LIMITS.drainMsMax)
    .default(RANKER_LIMITS.drainNoticeMsDefault),
});

/** What the ranker uses: checked, with units. @throws ZodError, which names the variable. */
export function configFrom(env: NodeJS.ProcessEnv) {
  const vars = varsSchema.parse(env);
  return {
    host: vars.RANKER_HOST,
    port: vars.RANKER_PORT,
    modelsFolder: vars.RANKER_MODELS,
    providers: vars.RANKER_PROVIDERS,
    precision: vars.RANKER_PRECISION,
    threads: vars.RANKER_THREADS,
    budgetMs: vars.RANKER_BUDGET_MS,
    batchRowsMax: vars.RANKER_BATCH_ROWS_MAX,
    pollMs: vars.RANKER_POLL_MS,
    adminToken: vars.RANKER_ADMIN_TOKEN ?? null,
    drainNoticeMs: vars.RANKER_DRAIN_NOTICE_MS,
  };
}
export type RankerConfig = ReturnType<typeof configFrom>;
