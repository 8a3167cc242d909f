declare namespace Cloudflare {
  interface Env {
    LEADER: DurableObjectNamespace<import("../../durable-objects/shard-leader.ts").ShardLeader>;
    FOLLOWER: DurableObjectNamespace<
      import("../../durable-objects/shard-follower.ts").ShardFollower
    >;
    COORDINATOR: DurableObjectNamespace<
      import("../../durable-objects/region-coordinator.ts").RegionCoordinator
    >;
    SOCKETS: DurableObjectNamespace<import("../../durable-objects/socket-bucket.ts").SocketBucket>;
    REGISTER: R2Bucket;
    SHARDS: string;
  }
}
