import type { ClientEvents } from "../../../core/ranking/behaviour.ts";
import type { FeatureBucketService } from "../../../core/ranking/feature-service.ts";
import { RANK_LOG_PREFIX } from "../../../core/ranking/log-segment.ts";
import type { RankingStatsService } from "../../../core/ranking/proxy-stats.ts";

interface LookEnv {
  readonly RANKING: RankingStatsService;
  readonly FEATURE_BUCKET: DurableObjectNamespace;
  readonly RANK_LOG: R2Bucket;
}

/** What a caller outside the runtime wants to know. `bucket` is a feature bucket's name. */
export type Wish =
  | { readonly of: "stats" | "log" }
  | { readonly of: "facts"; readonly bucket: string; readonly keys: readonly string[] }
  | { readonly of: "tell"; readonly bucket: string; readonly events: ClientEvents };

/** Runs beside the product, in its runtime, and looks at what ranking keeps. */
export default {
  async fetch(request: Request, env: LookEnv): Promise<Response> {
    return Response.json(await answer((await request.json()) as Wish, env));
  },
};

async function answer(wish: Wish, { RANKING, FEATURE_BUCKET, RANK_LOG }: LookEnv) {
  const bucket = (name: string) =>
    // The runtime's own type promises less than its RPC carries.
    FEATURE_BUCKET.get(FEATURE_BUCKET.idFromName(name)) as unknown as FeatureBucketService;
  switch (wish.of) {
    case "stats":
      return RANKING.stats();
    case "facts":
      return [...(await bucket(wish.bucket).facts(wish.keys))];
    case "tell":
      await bucket(wish.bucket).tell(wish.events);
      return null;
    case "log": {
      const { objects } = await RANK_LOG.list({ prefix: RANK_LOG_PREFIX });
      return Promise.all(objects.map(async ({ key }) => (await RANK_LOG.get(key))?.text() ?? ""));
    }
  }
}
