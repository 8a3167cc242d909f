import { z } from "zod";

import { LIMITS } from "../../core/limits.ts";
import type { CacheTallyBindings } from "../../platform/cache-stats-stubs.ts";
import type { ControllerBindings } from "../../platform/controller-stubs.ts";
import type { DrillVars } from "../../platform/drilled-env.ts";
import type { FanoutBindings } from "../../platform/fanout-stubs.ts";
import type { FeedCacheBindings } from "../../platform/feed-cache-stubs.ts";
import type { GraphBindings } from "../../platform/object-stubs.ts";
import { DEFAULT_WEIGHING, weighingVar } from "../../core/ranking/weighing.ts";
import type { RankingBindings } from "../../platform/ranking-stubs.ts";
import type { RolloutBindings } from "../../platform/rollout-stubs.ts";
import type { SocketBindings, SocketVars } from "../../platform/socket-stubs.ts";
import { type TopologyVars, topologyFrom } from "../../platform/topology.ts";
import { feedCacheSchema, type FeedCacheVars } from "./feed-cache-config.ts";

/** What the runtime gives: bindings, and strings nobody has checked. */
export interface FeedEnv
  extends
    GraphBindings,
    CacheTallyBindings,
    ControllerBindings,
    DrillVars,
    FanoutBindings,
    FeedCacheBindings,
    FeedCacheVars,
    RolloutBindings,
    RankingBindings,
    SocketBindings,
    SocketVars,
    TopologyVars {
  readonly ENVIRONMENT: string;
  /** Signs tickets and cursors; a secret outside development. */
  readonly SIGNING_SECRET?: string;
  /** Followers of each shard in each region, 1 to 4; default 1. */
  readonly REPLICAS?: string;
  /** What actions are worth in a ranked feed: JSON of a `name`, and of `weights` that differ from the default. */
  readonly RANK_WEIGHTS?: string;
}

/** Everyone can read it, so it is refused anywhere but on a developer's machine. */
export const DEVELOPMENT_SECRET = "edgewise development only, not a secret";

const varsSchema = z
  .object({
    ENVIRONMENT: z.enum(["development", "staging", "production"]),
    DRILLS: z.enum(["on", "off"]).optional(),
    SIGNING_SECRET: z.string().min(32, "at least 32 characters").optional(),
    REPLICAS: z.coerce.number().int().min(1).max(LIMITS.replicasMax).default(1),
    RANK_WEIGHTS: weighingVar.default(DEFAULT_WEIGHING),
  })
  .transform(({ DRILLS, ENVIRONMENT, SIGNING_SECRET, REPLICAS, RANK_WEIGHTS }, context) => {
    const signingSecret = SIGNING_SECRET ?? DEVELOPMENT_SECRET;
    if (signingSecret === DEVELOPMENT_SECRET && ENVIRONMENT !== "development") {
      const message = "one of your own is needed here";
      context.addIssue({ code: "custom", path: ["SIGNING_SECRET"], message });
    }
    if (DRILLS === "on" && ENVIRONMENT === "production") {
      const message = "faults are never injected in production; set it to off";
      context.addIssue({ code: "custom", path: ["DRILLS"], message });
    }
    return { signingSecret, replicas: REPLICAS, weighing: RANK_WEIGHTS };
  });

/**
 * What the Worker uses: checked.
 *
 * @throws Error whose message names the variable: of an error, RPC keeps that alone, and it
 * is what the operator finds in the gateway's log.
 */
export function configFrom(env: FeedEnv) {
  try {
    return {
      ...varsSchema.parse(env),
      ...topologyFrom(env),
      feedCache: feedCacheSchema.parse(env),
    };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const issues = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`Feed configuration: ${issues.join("; ")}`, { cause: error });
  }
}
