import type { Random } from "../clock.ts";
import type { RankingService } from "../ranking/service.ts";
import type { Region } from "../regions/regions.ts";
import { type Effects, rankAtMost } from "./effects.ts";
import type { IsolateLevels } from "./isolate-levels.ts";

interface LevelledRankingPorts {
  readonly effects: (region: Region) => Effects;
  readonly levels: Pick<IsolateLevels, "count" | "time">;
  readonly random: Random;
}

/**
 * The ranking proxy, asked for what the region's level leaves: most requests for a lower rung, a few for
 * the best one, whose answers say whether the level may end. Only those are counted, and of them
 * only what a reader waits for.
 */
export const levelledRanking = (
  service: RankingService,
  { effects, levels, random }: LevelledRankingPorts,
): RankingService => ({
  rank: async (request) => {
    const { region } = request;
    const atMost = rankAtMost(effects(region), random.next());
    if (atMost !== "ranked") return service.rank({ ...request, atMost });
    const answer = await service.rank(request);
    for (const ms of answer.slowMs ?? []) levels.time(region, "rank_ms", ms);
    if (request.isAfterwards === true) return answer;
    levels.count(region, "rank_calls");
    if (answer.reason === "breaker_open") levels.count(region, "rank_refused");
    if (answer.rankerMs !== undefined) levels.time(region, "rank_ms", answer.rankerMs);
    return answer;
  },
});
