import { report } from "./telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import type { CoordinatorService } from "../core/regions/coordinator-service.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Failure } from "../core/errors.ts";
import type { Result } from "../core/result.ts";
import { type RoutedLeader, routedLeader } from "../core/tao/leader-route.ts";
import { MapCache } from "../core/tao/map-cache.ts";
import { coordinatorName, leaderName } from "../core/tao/names.ts";
import type { LeaderInspection, LeaderService } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { systemClock } from "./clock.ts";
import { inTime } from "./in-time.ts";
import { r2MapRegister } from "./map-register.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";
import type { GraphTopology } from "./topology.ts";

export interface LeaderBindings {
  readonly LEADER: ObjectNamespace<LeaderService & LeaderInspection>;
  readonly COORDINATOR: ObjectNamespace<CoordinatorService>;
  /** Holds the shard map; nothing else. */
  readonly REGISTER: Pick<R2Bucket, "get" | "put">;
}

/** Leaders, wherever they are, and who says where: each call on a fresh stub, as with followers. */
export function leaderStubs(bindings: LeaderBindings, { map, regions }: GraphTopology) {
  const hintOf = hintsOf(regions);
  const register = r2MapRegister(bindings.REGISTER, LIMITS.mapRefreshTimeoutMs);
  const cache = new MapCache(map, {
    clock: systemClock,
    read: async () => (await register.read())?.map ?? null,
    report: (event, error) => report(failed(event, error)),
  });

  const leaderIn = (shard: PhysicalShard, region: Region): LeaderService => {
    const call = <T>(run: (stub: LeaderService) => Promise<Result<T, Failure>>) =>
      answered("leader", () =>
        run(bindings.LEADER.getByName(leaderName(shard, region), hintOf(region))),
      );
    return {
      write: (request) => call((stub) => stub.write(request)),
      read: (request) => call((stub) => stub.read(request)),
      fill: (follower, request) => call((stub) => stub.fill(follower, request)),
      pull: (follower, after) => call((stub) => stub.pull(follower, after)),
      applyInverses: (from, inverses) => call((stub) => stub.applyInverses(from, inverses)),
      release: (epoch) => call((stub) => stub.release(epoch)),
      sweep: () => call((stub) => stub.sweep()),
    };
  };

  return {
    cache,
    /** The shard's leader object of one region, whether it leads or not. */
    leaderIn,
    leader: ({ shard }: { readonly shard: PhysicalShard }): RoutedLeader =>
      routedLeader(shard, { cache, leaderIn }),
    coordinator: (region: Region): CoordinatorService => {
      const call = <T>(run: (stub: CoordinatorService) => Promise<Result<T, Failure>>) =>
        answered("coordinator", () =>
          run(bindings.COORDINATOR.getByName(coordinatorName(region), hintOf(region))),
        );
      return {
        // A question that hangs would keep the next one from being asked.
        lease: (shard) =>
          call((stub) => inTime(LIMITS.leaseAskMs, "the coordinator", () => stub.lease(shard))),
        map: () => call((stub) => stub.map()),
        handOver: (shard, to, isForwarded, epoch) =>
          call((stub) => stub.handOver(shard, to, isForwarded, epoch)),
        release: (shard, epoch) => call((stub) => stub.release(shard, epoch)),
      };
    },
  };
}
