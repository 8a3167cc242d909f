declare namespace Cloudflare {
  interface Env {
    LEADER: DurableObjectNamespace<import("../../durable-objects/shard-leader.ts").ShardLeader>;
    FOLLOWER: DurableObjectNamespace<
      import("../../durable-objects/shard-follower.ts").ShardFollower
    >;
    COORDINATOR: DurableObjectNamespace<
      import("../../durable-objects/region-coordinator.ts").RegionCoordinator
    >;
    FEED_BUCKET: DurableObjectNamespace<import("../../durable-objects/feed-bucket.ts").FeedBucket>;
    FANOUT: DurableObjectNamespace<import("../../durable-objects/fanout-shard.ts").FanoutShard>;
    FANOUT_QUEUE: Queue<import("../../core/feed/fanout/service.ts").FanoutMessage>;
    SOCKETS: DurableObjectNamespace<import("../../durable-objects/socket-bucket.ts").SocketBucket>;
    CACHE_TALLY: DurableObjectNamespace<import("../../durable-objects/cache-tally.ts").CacheTally>;
    CONTROLLER: DurableObjectNamespace<
      import("../../durable-objects/region-controller.ts").RegionController
    >;
    RANK_BREAKER: DurableObjectNamespace<
      import("../../durable-objects/rank-breaker.ts").RankBreaker
    >;
    FEATURE_BUCKET: DurableObjectNamespace<
      import("../../durable-objects/feature-bucket.ts").FeatureBucket
    >;
    ROLLOUT_REGISTER: DurableObjectNamespace<
      import("../../durable-objects/rollout-register.ts").RolloutRegister
    >;
    ROLLOUT_REGION: DurableObjectNamespace<
      import("../../durable-objects/rollout-region.ts").RolloutRegion
    >;
    REGISTER: R2Bucket;
    RANK_LOG: R2Bucket;
    SHARDS: string;
  }
}
