import { WorkerEntrypoint } from "cloudflare:workers";

import { chronological } from "../../core/ranking/chronological.ts";
import type { RankAnswer, RankingService, RankRequest } from "../../core/ranking/service.ts";

/** Walks the fallback ladder. No model is deployed, so the last rung is the only one there is. */
export default class RankingProxy extends WorkerEntrypoint implements RankingService {
  async rank(_request: RankRequest): Promise<RankAnswer> {
    return chronological("no_model");
  }
}
