import { LIMITS } from "../../limits.ts";
import type { Region } from "../../regions/regions.ts";
import type { CallGuard } from "../../resilience/call-guard.ts";
import type { Priority } from "../../resilience/priority.ts";
import type { RankingPort } from "./port.ts";

/**
 * Ranking as an isolate asks it. What is refused is ranked without: by the light model of whoever is left, or by
 * time. The heavy model has a throttle and a hedge budget of its own behind the proxy.
 */
export function guardedRanking(
  ranking: RankingPort,
  guard: Pick<CallGuard, "attempt">,
  priority: Priority,
): RankingPort {
  const about = (name: string, region: Region, as: Priority) => ({
    dependency: `${name} ${region}`,
    priority: as,
    max: LIMITS.rankingCallsMax,
    region,
  });
  return {
    ...ranking,
    facts: (region, viewer, keys, budgetMs) =>
      guard.attempt(about("features", region, priority), () =>
        ranking.facts(region, viewer, keys, budgetMs),
      ),
    rank: (request, budgetMs) =>
      guard.attempt(about("ranking", request.region, priority), () =>
        ranking.rank(request, budgetMs),
      ),
    // Nobody waits for what is learned from.
    keep: (region, slate) =>
      guard.attempt(about("features", region, "warming"), () => ranking.keep(region, slate)),
    tell: (region, events) =>
      guard.attempt(about("features", region, "realtime"), () => ranking.tell(region, events)),
    act: (region, act) =>
      guard.attempt(about("features", region, "warming"), () => ranking.act(region, act)),
  };
}
