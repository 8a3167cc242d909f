import { z } from "zod";

import { LIMITS } from "../core/limits.ts";
import { FEATURE_LIMITS } from "../core/ranking/feature-limits.ts";

/** Bounds that a bench changes to see what they are worth; a deployment leaves them alone. */
export interface TuningVars {
  /** Memory of one follower, bytes. */
  readonly FOLLOWER_BYTES?: string;
  /** Memory of one leader, bytes. */
  readonly LEADER_BYTES?: string;
  /** Requests that one group commit may join; 1 commits one at a time. */
  readonly GROUP_REQUESTS?: string;
  /** `push` or `announce`: how every post is spread that could be either way. */
  readonly FANOUT_FORCE?: string;
  /** For how long what was shown waits for what its reader does, until it is logged, ms. */
  readonly RANK_SLATE_MS?: string;
}

const varsSchema = z.object({
  FOLLOWER_BYTES: z.coerce.number().int().min(1_000).default(LIMITS.followerBytesMax),
  LEADER_BYTES: z.coerce.number().int().min(10_000).default(LIMITS.leaderBytesMax),
  GROUP_REQUESTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.groupRequestsMax)
    .default(LIMITS.groupRequestsMax),
  FANOUT_FORCE: z.enum(["push", "announce"]).optional(),
  RANK_SLATE_MS: z.coerce.number().int().min(100).default(FEATURE_LIMITS.featureSlateMs),
});

/** @throws ZodError, which names the variable. */
export function tuningFrom(vars: TuningVars) {
  const { FOLLOWER_BYTES, LEADER_BYTES, GROUP_REQUESTS, FANOUT_FORCE, RANK_SLATE_MS } =
    varsSchema.parse(vars);
  return {
    followerBytes: FOLLOWER_BYTES,
    leaderBytes: LEADER_BYTES,
    groupRequestsMax: GROUP_REQUESTS,
    fanoutForce: FANOUT_FORCE ?? null,
    rankSlateMs: RANK_SLATE_MS,
  };
}
