import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import type { Region } from "../core/regions/regions.ts";
import { err, type Result } from "../core/result.ts";
import { type RoutedLeader, routedLeader } from "../core/tao/leader-route.ts";
import { MapCache } from "../core/tao/map-cache.ts";
import type { FollowerService, LeaderService } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { formatVersion } from "../core/tao/version.ts";
import type { Host, Life } from "./network.ts";
import type { World } from "./world.ts";

/** A call as the platform's stubs make it: what is thrown comes back as a failure. */
export async function answered<Service, T>(
  world: World,
  life: Life,
  host: Host<Service>,
  what: string,
  run: (service: Service) => Promise<Result<T, Failure>>,
  mayRepeat = false,
): Promise<Result<T, Failure>> {
  try {
    return await world.network.call(life, host, what, run, mayRepeat);
  } catch {
    const [kind] = host.name.split(":");
    const dependency = kind === "follower" || kind === "coordinator" ? kind : "leader";
    return err({ code: "unavailable", dependency, retryAfterMs: 1 });
  }
}

function leaderIn(world: World, life: Life, shard: PhysicalShard, region: Region): RoutedLeader {
  const host = world.leader(shard, region);
  const call = <T>(
    what: string,
    run: (leader: LeaderService) => Promise<Result<T, Failure>>,
    mayRepeat = false,
  ) => answered(world, life, host, what, run, mayRepeat);
  return {
    write: (request) => call(`write ${request.opId}`, (leader) => leader.write(request)),
    read: (request) => call("read", (leader) => leader.read(request)),
    fill: (follower, request) => call("fill", (leader) => leader.fill(follower, request)),
    pull: (follower, after) =>
      call(`pull ${formatVersion(after)}`, (leader) => leader.pull(follower, after)),
    applyInverses: (from, inverses) => {
      const what = `inverses ${inverses[0]?.source.seq}..${inverses.at(-1)?.source.seq}`;
      return call(what, (leader) => leader.applyInverses(from, inverses), true);
    },
    sweep: () => call("sweep", (leader) => leader.sweep()),
  };
}

/** What one isolate knows of who leads; it starts with the configuration. */
export function mapCache(world: World, life: Life, clock: Clock): MapCache {
  return new MapCache(world.map, {
    clock,
    read: async () =>
      (await world.network.call(life, world.register, "read", (register) => register.read()))
        ?.map ?? null,
    report: (event, error) => world.trace.note(`${life.name} ${event}: ${String(error)}`),
  });
}

/** The leader of a shard, wherever it is. */
export const leaderStub = (
  world: World,
  life: Life,
  cache: MapCache,
  shard: PhysicalShard,
): RoutedLeader =>
  routedLeader(shard, { cache, leaderIn: (of, region) => leaderIn(world, life, of, region) });

export function followerStub(
  world: World,
  life: Life,
  name: string,
): Pick<FollowerService, "read" | "union"> {
  const host = world.follower(name);
  return {
    read: (request) => answered(world, life, host, "read", (follower) => follower.read(request)),
    union: (request) => answered(world, life, host, "union", (follower) => follower.union(request)),
  };
}
