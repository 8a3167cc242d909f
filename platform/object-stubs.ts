import { followerName } from "../core/tao/names.ts";
import type { Replica } from "../core/tao/route.ts";
import type { FollowerService } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { type LeaderBindings, leaderStubs } from "./leader-stubs.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";
import type { GraphTopology } from "./topology.ts";

export interface GraphBindings extends LeaderBindings {
  readonly FOLLOWER: ObjectNamespace<FollowerService>;
}

/** Objects by shard and region, each call on a fresh stub: one that threw may be broken for good. */
export function graphStubs(bindings: GraphBindings, topology: GraphTopology) {
  const hintOf = hintsOf(topology.regions);
  const followerStub = (shard: PhysicalShard, { region, replica }: Replica) =>
    bindings.FOLLOWER.getByName(followerName(shard, region, replica), hintOf(region));

  return {
    ...leaderStubs(bindings, topology),
    follower: (shard: PhysicalShard, replica: Replica): FollowerService => ({
      read: (request) => answered("follower", () => followerStub(shard, replica).read(request)),
      union: (request, trace) =>
        answered("follower", () => {
          const stub = followerStub(shard, replica);
          return trace === undefined ? stub.union(request) : stub.union(request, trace);
        }),
      push: (push) => followerStub(shard, replica).push(push),
      stats: () => followerStub(shard, replica).stats(),
    }),
    /** By the name under which the follower registered. @throws when it cannot be reached. */
    followerByName: (name: string): Pick<FollowerService, "push"> =>
      bindings.FOLLOWER.getByName(name),
  };
}
