import type { Region, RegionRow } from "../core/regions/regions.ts";
import { rankBreakerName, type RankBreakerService } from "../core/resilience/breaker-service.ts";
import { hintsOf, type ObjectNamespace } from "./object-call.ts";

export interface RankBreakerBindings {
  readonly RANK_BREAKER: ObjectNamespace<RankBreakerService>;
}

/**
 * The objects that share breakers. Each call has a stub of its own: one that has failed stays broken.
 * @throws what the platform does when the object cannot be reached.
 */
export const rankBreakerStubs =
  ({ RANK_BREAKER }: RankBreakerBindings, regions: readonly RegionRow[]) =>
  (region: Region): RankBreakerService => {
    const stub = () => RANK_BREAKER.getByName(rankBreakerName(region), hintsOf(regions)(region));
    return {
      claim: async (backend, known) => stub().claim(backend, known),
      report: async (report) => stub().report(report),
      read: async () => stub().read(),
    };
  };
