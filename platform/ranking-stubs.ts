import type { RankingPort } from "../core/feed/ranked/port.ts";
import { type FeatureBucketService, featureBucketName } from "../core/ranking/feature-service.ts";
import type { RankingStatsService } from "../core/ranking/proxy-stats.ts";
import type { RankingService } from "../core/ranking/service.ts";
import type { RankingReport } from "../core/ranking/stats-schemas.ts";
import type { Weighing } from "../core/ranking/weighing.ts";
import type { Failure } from "../core/errors.ts";
import { type Id, parseId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { TraceContext } from "../core/telemetry/trace.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";
import { within } from "./time-limit.ts";
import type { Topology } from "./topology.ts";

export interface RankingBindings {
  readonly RANKING: RankingService & RankingStatsService;
  readonly FEATURE_BUCKET: ObjectNamespace<FeatureBucketService>;
}

/**
 * What the proxy tells operators: of whichever isolate answers, and of every region. It waits for the regions
 * for as long as `statsAnswerMs` itself.
 */
export const rankingReportFrom = ({
  RANKING,
}: Pick<RankingBindings, "RANKING">): Promise<Result<RankingReport, Failure>> =>
  within(
    LIMITS.rankingReportMs,
    "ranker",
    answered("ranker", async () => {
      // Over RPC it arrives as plain data of the reader's own: nothing else holds its lists.
      const stats: unknown = await RANKING.stats();
      return ok(stats as RankingReport);
    }),
  );
/** What belongs to one request. */
export interface RequestFacts {
  /** Version that is to score; null: whichever is served. */
  readonly model?: string | null;
  /** Where it is sampled. */
  readonly trace?: TraceContext;
}

const NOBODY: Result<never, Failure> = err({ code: "not_found", what: "viewer" });

/** The way to the ranking proxy and to the viewer's feature bucket, for one request. */
export function rankingStubs(
  {
    RANKING,
    FEATURE_BUCKET,
  }: Pick<RankingBindings, "FEATURE_BUCKET"> & { readonly RANKING: RankingService },
  { regions, feedBuckets }: Pick<Topology, "regions" | "feedBuckets">,
  weighing: Weighing,
  { model = null, trace }: RequestFacts = {},
): RankingPort {
  const hintOf = hintsOf(regions);
  let calls = 0;
  const features = <T>(
    region: Region,
    viewer: Id,
    budgetMs: number,
    ask: (stub: FeatureBucketService) => Promise<T>,
  ): Promise<Result<T, Failure>> => {
    calls++;
    const name = featureBucketName(region, feedBuckets.bucketOf(viewer));
    const call = async () => ok(await ask(FEATURE_BUCKET.getByName(name, hintOf(region))));
    return within(budgetMs, "features", answered("features", call));
  };
  const told = (
    region: Region,
    viewer: string,
    tell: (stub: FeatureBucketService) => Promise<void>,
  ): Promise<Result<void, Failure>> => {
    const id = parseId(viewer);
    return id === null ? Promise.resolve(NOBODY) : features(region, id, LIMITS.rankTellMs, tell);
  };
  return {
    weighing,
    ...(model !== null && { model }),
    calls: () => calls,
    facts: (region, viewer, keys, budgetMs) =>
      features(region, viewer, budgetMs, (stub) =>
        trace === undefined ? stub.facts(keys) : stub.facts(keys, trace),
      ),
    rank: (request, budgetMs) =>
      within(
        budgetMs,
        "ranker",
        answered("ranker", async () =>
          ok(await RANKING.rank(trace === undefined ? request : { ...request, trace })),
        ),
      ),
    keep: (region, slate) => told(region, slate.viewer, (stub) => stub.keep(slate)),
    tell: (region, events) => told(region, events.viewer, (stub) => stub.tell(events)),
    act: (region, act) => told(region, act.viewer, (stub) => stub.act(act)),
  };
}
