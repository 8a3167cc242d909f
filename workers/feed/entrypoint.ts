import { waitUntil, WorkerEntrypoint } from "cloudflare:workers";

import { drilledEnv } from "../../platform/drilled-env.ts";
import type { FeedEnv } from "./env.ts";

/** The feed Worker, apart from what it does: in a build with drills its bindings may be at fault. */
export class FeedEntrypoint extends WorkerEntrypoint<FeedEnv> {
  constructor(ctx: ExecutionContext, env: FeedEnv) {
    super(ctx, globalThis.BUILT_WITH_DRILLS ? drilledEnv(env, waitUntil) : env);
  }
}
