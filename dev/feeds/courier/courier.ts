import { feedBucketName } from "../../../core/feed/cache/names.ts";
import type { FeedBucketService } from "../../../core/feed/cache/service.ts";
import { LIMITS } from "../../../core/limits.ts";
import { DEFAULT_REGIONS } from "../../../core/regions/regions.ts";

interface CourierEnv {
  readonly FEED_BUCKET: DurableObjectNamespace;
}

/** Runs beside the product, in its runtime, and talks to every bucket of the feed cache. */
export default {
  async fetch(request: Request, env: CourierEnv): Promise<Response> {
    const buckets = DEFAULT_REGIONS.flatMap(({ region }) =>
      Array.from({ length: LIMITS.feedBuckets }, (_, bucket) => {
        const id = env.FEED_BUCKET.idFromName(feedBucketName(region, bucket));
        // The runtime's own type promises less than its RPC carries.
        return env.FEED_BUCKET.get(id) as unknown as FeedBucketService;
      }),
    );
    const isFlush = new URL(request.url).pathname === "/flush";
    const answers = await Promise.all(
      buckets.map((bucket) => (isFlush ? bucket.flush() : bucket.stats())),
    );
    return Response.json(answers.map((answer) => answer ?? null));
  },
};
