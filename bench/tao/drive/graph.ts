import { err } from "../../../core/result.ts";
import { createTao, type TaoPorts } from "../../../core/tao/client.ts";
import { HotCache } from "../../../core/tao/hot-cache.ts";
import { followerName, leaderName } from "../../../core/tao/names.ts";
import { Routes } from "../../../core/tao/route.ts";
import { entryOf } from "../../../core/tao/shard-map.ts";
import type { FollowerService, FollowerStats } from "../../../core/tao/service.ts";
import type { Read, ReadResult } from "../../../core/tao/types.ts";
import { systemClock, systemRandom, systemSleep, systemTimer } from "../../../platform/clock.ts";
import type { ObjectNamespace } from "../../../platform/object-call.ts";
import { type GraphBindings, graphStubs } from "../../../platform/object-stubs.ts";
import { hmacSigner } from "../../../platform/signer.ts";
import { topologyFrom, type TopologyVars } from "../../../platform/topology.ts";
import type { Op } from "../workload/op.ts";
import type { DriverPorts } from "./execute.ts";
import type { ObjectStats, OpCounts, Stats } from "./protocol.ts";

export interface DriverEnv extends GraphBindings, TopologyVars {
  /** Followers per region and shard. */
  readonly REPLICAS: string;
  readonly FLOOR: ObjectNamespace<Pick<FollowerService, "read">>;
}

/** Longer than any request waits on a healthy system, so that a slow one is measured and not cut off. */
const PATIENCE_MS = 10_000;

/** The graph as a Worker of the product reaches it: same client, same stubs, same bindings. */
export function driverGraph(env: DriverEnv) {
  const { map, regions } = topologyFrom(env);
  const stubs = graphStubs(env, { map, regions });
  const newRoutes = () =>
    new Routes(
      regions.map(({ region }) => region),
      Number(env.REPLICAS),
    );
  const routes = newRoutes();
  const hot = new HotCache();
  const taoPorts: TaoPorts = {
    map,
    follower: stubs.follower,
    leader: stubs.leader,
    routes,
    hot,
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
    timer: systemTimer,
    signer: hmacSigner("bench"),
  };
  const counts: Record<string, OpCounts> = {};
  const taoOver = (over: TaoPorts) => (region: number) =>
    createTao(over, {
      region: regions[region % regions.length]?.region ?? "",
      ticket: null,
      deadlineMs: Date.now() + PATIENCE_MS,
    });
  const ports: DriverPorts = {
    tao: taoOver(taoPorts),
    nowMs: Date.now,
    sleep: systemSleep,
    shardOf: (logical) => entryOf(map, logical).shard,
    seen: (op: Op, result: ReadResult) => {
      const count = (counts[op.op] ??= { asked: 0, found: 0 });
      count.asked++;
      if (isFound(result)) count.found++;
    },
  };

  const followers = map.entries.flatMap(({ shard }) =>
    regions.flatMap(({ region }) =>
      Array.from({ length: Number(env.REPLICAS) }, (_, replica) => ({ shard, region, replica })),
    ),
  );
  return {
    map,
    regions,
    ports,
    /** The same client, asking objects that do nothing, and counting nothing. */
    floorPorts: {
      ...ports,
      tao: taoOver({
        ...taoPorts,
        follower: (shard, { region, replica }) => ({
          read: (request) =>
            env.FLOOR.getByName(followerName(shard, region, replica)).read(request),
          union: async () => err({ code: "not_found", what: "a union of the floor" }),
        }),
        routes: newRoutes(),
        hot: new HotCache(),
      }),
      seen: () => {},
    } satisfies DriverPorts,
    counts,
    followers,
    followerStats: (shard: number, region: string, replica: number): Promise<FollowerStats> =>
      env.FOLLOWER.getByName(followerName(shard, region, replica)).stats(),
    readFollower: (shard: number, region: string, replica: number, read: Read) =>
      env.FOLLOWER.getByName(followerName(shard, region, replica)).read({
        reads: [read],
        atLeast: null,
      }),
    /** Every counter of every object, and what this isolate saw. */
    report: async (): Promise<Stats> => {
      const followerStats = followers.map(async ({ shard, region, replica }) => {
        const name = followerName(shard, region, replica);
        return [name, numbersOf(await env.FOLLOWER.getByName(name).stats())] as const;
      });
      const leaderStats = map.entries.map(async ({ shard, leader }) => {
        const name = leaderName(shard, leader);
        return [name, numbersOf(await statsOf(env.LEADER.getByName(name)))] as const;
      });
      const objects = await Promise.all([...followerStats, ...leaderStats]);
      return {
        objects: Object.fromEntries(objects),
        ops: counts,
        driver: { hotHits: hot.counters.hits, ...routes.counters },
      };
    },
  };
}

export type DriverGraph = ReturnType<typeof driverGraph>;

const statsOf = async (leader: object): Promise<object> =>
  "stats" in leader && typeof leader.stats === "function" ? leader.stats() : {};

/** Whatever an object counts, and nothing else that it tells. */
const numbersOf = (stats: object): ObjectStats =>
  Object.fromEntries(
    Object.entries(stats).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );

function isFound(result: ReadResult): boolean {
  switch (result.op) {
    case "objGet":
      return result.object !== null;
    case "assocCount":
      return result.count > 0;
    default:
      return result.assocs.length > 0;
  }
}
