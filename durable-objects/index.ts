import { parseObjectName } from "../core/tao/names.ts";
import { DrillBoard as Board } from "./drill-board.ts";
import { drilled } from "./drilled.ts";
import { FanoutShard as Fanout } from "./fanout-shard.ts";
import { FeatureBucket as Features } from "./feature-bucket.ts";
import { FeedBucket as Feeds } from "./feed-bucket.ts";
import { NoBoard } from "./no-board.ts";
import { ShardFollower as Follower } from "./shard-follower.ts";
import { ShardLeader as Leader } from "./shard-leader.ts";

export { CacheTally } from "./cache-tally.ts";
export { RegionController } from "./region-controller.ts";
export { RankBreaker } from "./rank-breaker.ts";
export { RegionCoordinator } from "./region-coordinator.ts";
export { RolloutRegion } from "./rollout-region.ts";
export { RolloutRegister } from "./rollout-register.ts";
export { SocketBucket } from "./socket-bucket.ts";

// A build without drills has the classes as they are, and none of what could disturb them: docs/chaos.md.
export const DrillBoard = globalThis.BUILT_WITH_DRILLS ? Board : NoBoard;
export const FanoutShard = globalThis.BUILT_WITH_DRILLS ? drilled(Fanout) : Fanout;
export const FeatureBucket = globalThis.BUILT_WITH_DRILLS ? drilled(Features) : Features;
export const FeedBucket = globalThis.BUILT_WITH_DRILLS ? drilled(Feeds) : Feeds;
export const ShardFollower = globalThis.BUILT_WITH_DRILLS ? drilled(Follower) : Follower;
export const ShardLeader = globalThis.BUILT_WITH_DRILLS
  ? drilled(Leader, (name) => ({
      dependency: "leader",
      region: parseObjectName(name).region,
      operation: "read",
    }))
  : Leader;

/** The script holds objects only; nothing is served over HTTP. */
export default {
  fetch: () => new Response(null, { status: 404 }),
} satisfies ExportedHandler;
