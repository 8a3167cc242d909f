import { z } from "zod";

import type { Pool } from "../../core/ranking/balance/pools.ts";
import { LIMITS } from "../../core/limits.ts";
import { type BreakerVars, breakerPolicyFrom } from "../../platform/breaker-policy.ts";
import type { DrillVars } from "../../platform/drilled-env.ts";
import type { RankBreakerBindings } from "../../platform/rank-breaker-stubs.ts";
import { regionsVar, type TopologyVars } from "../../platform/topology.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";

/** What the runtime gives: bindings, and strings nobody has checked. */
export interface RankingProxyEnv
  extends RankBreakerBindings, BreakerVars, DrillVars, Pick<TopologyVars, "REGIONS"> {
  /** JSON array of pools; empty: no ranker, and the light model ranks. */
  readonly RANKER_URLS?: string;
  /** Ms; the specification has 50. */
  readonly RANK_CALL_MS?: string;
  /** Ms after which a second request may go out. */
  readonly HEDGE_AFTER_MS?: string;
  /** Share of calls, 0 to 0.1, that may have one. */
  readonly HEDGE_SHARE?: string;
}

const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => URL.parse(text)?.origin === text, "an origin, without path or trailing slash");
const poolsSchema = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9-]{1,32}$/),
      servers: z.array(origin).min(1).max(LIMITS.rankServersMax),
      weights: z.record(z.string(), z.number().min(0)).default({ "*": 1 }),
      pick: z.enum(["least", "sticky"]).default("least"),
    }),
  )
  .max(LIMITS.rankPoolsMax)
  .refine((pools) => isUnique(pools.map(({ name }) => name)), "names must differ")
  // A server's breaker and health are its own: two pools would each take them for theirs.
  .refine((pools) => isUnique(pools.flatMap(({ servers }) => servers)), "servers must differ");

const isUnique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
});

const varsSchema = z.object({
  RANKER_URLS: jsonText.pipe(poolsSchema).default([]),
  RANK_CALL_MS: z.coerce.number().int().min(10).max(10_000).default(LIMITS.rankCallMs),
  HEDGE_AFTER_MS: z.coerce.number().int().min(1).max(1_000).default(LIMITS.hedgeAfterMs),
  HEDGE_SHARE: z.coerce.number().min(0).max(0.1).default(LIMITS.hedgeShare),
  REGIONS: regionsVar.optional(),
});

export interface RankingProxyConfig {
  readonly pools: readonly Pool[];
  readonly callMs: number;
  readonly hedgeAfterMs: number;
  readonly hedgeShare: number;
}

/**
 * What the Worker uses: checked, with units.
 * @throws Error whose message names the variable: of an error, RPC keeps that alone.
 */
export function configFrom(env: RankingProxyEnv) {
  try {
    const vars = varsSchema.parse(env);
    const { RANKER_URLS: pools, RANK_CALL_MS: callMs, REGIONS } = vars;
    const hedging = { hedgeAfterMs: vars.HEDGE_AFTER_MS, hedgeShare: vars.HEDGE_SHARE };
    const config: RankingProxyConfig = { pools, callMs, ...hedging };
    return { ...config, breaker: breakerPolicyFrom(env), regions: REGIONS ?? DEFAULT_REGIONS };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const issues = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`Ranking proxy configuration: ${issues.join("; ")}`, { cause: error });
  }
}
