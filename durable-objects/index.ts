import { env } from "cloudflare:workers";

import { type EventsBinding, keepEventsIn } from "../platform/telemetry.ts";

export { CacheTally } from "./cache-tally.ts";
export { FeatureBucket } from "./feature-bucket.ts";
export { FeedBucket } from "./feed-bucket.ts";
export { FanoutShard } from "./fanout-shard.ts";
export { RegionController } from "./region-controller.ts";
export { RankBreaker } from "./rank-breaker.ts";
export { RegionCoordinator } from "./region-coordinator.ts";
export { RolloutRegion } from "./rollout-region.ts";
export { RolloutRegister } from "./rollout-register.ts";
export { ShardFollower } from "./shard-follower.ts";
export { SocketBucket } from "./socket-bucket.ts";
export { ShardLeader } from "./shard-leader.ts";

keepEventsIn(env as EventsBinding);

/** The script holds objects only; nothing is served over HTTP. */
export default {
  fetch: () => new Response(null, { status: 404 }),
} satisfies ExportedHandler;
