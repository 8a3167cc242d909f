import { waitUntil, WorkerEntrypoint } from "cloudflare:workers";

import { chronological } from "../../core/ranking/chronological.ts";
import { climb } from "../../core/ranking/ladder.ts";
import type { ProxyStats, RankingStatsService } from "../../core/ranking/proxy-stats.ts";
import type { RankAnswer, RankingService, RankRequest } from "../../core/ranking/service.ts";
import { drilledEnv } from "../../platform/drilled-env.ts";
import { depsFor } from "./deps.ts";
import type { RankingProxyEnv } from "./env.ts";

/** Scores candidates by the best rung of the fallback ladder that holds, and counts which. */
export default class RankingProxy
  extends WorkerEntrypoint<RankingProxyEnv>
  implements RankingService, RankingStatsService
{
  constructor(ctx: ExecutionContext, env: RankingProxyEnv) {
    super(ctx, globalThis.BUILT_WITH_DRILLS ? drilledEnv(env, waitUntil) : env);
  }

  async rank(request: RankRequest): Promise<RankAnswer> {
    try {
      const { ladder, counters } = depsFor(this.env);
      const answer = await climb(request, ladder, (work) => this.ctx.waitUntil(work));
      counters.answered(answer);
      return answer;
    } catch (error) {
      // A mistake, in the configuration or here: a page in the order of time is better than none.
      console.error({ event: "ranking_failed", error: String(error) });
      return chronological("error");
    }
  }

  /** For the operator; of the isolate that answers. */
  async stats(): Promise<ProxyStats> {
    return depsFor(this.env).stats();
  }
}
