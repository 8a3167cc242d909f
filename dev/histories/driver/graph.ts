import type { Result } from "../../../core/result.ts";
import type { Failure } from "../../../core/errors.ts";
import { createTao, type TaoSession } from "../../../core/tao/client.ts";
import { HotCache } from "../../../core/tao/hot-cache.ts";
import { Routes } from "../../../core/tao/route.ts";
import type { Tao } from "../../../core/tao/tao.ts";
import { systemClock, systemRandom, systemSleep, systemTimer } from "../../../platform/clock.ts";
import { type FanoutBindings, fanoutStubs } from "../../../platform/fanout-stubs.ts";
import { type GraphBindings, graphStubs } from "../../../platform/object-stubs.ts";
import { hmacSigner } from "../../../platform/signer.ts";
import { topologyFrom, type TopologyVars } from "../../../platform/topology.ts";
import type { HandOverRequest } from "../wire.ts";

export interface DriverEnv extends GraphBindings, FanoutBindings, TopologyVars {
  /** Followers per region and shard. */
  readonly REPLICAS: string;
}

/** The graph as a Worker of the product reaches it: same client, same stubs, same bindings. */
function wire(env: DriverEnv) {
  const { map, regions } = topologyFrom(env);
  const stubs = graphStubs(env, { map, regions });
  const { fanout } = fanoutStubs(env, { map, regions });
  const names = regions.map(({ region }) => region);
  const ports = {
    map,
    follower: stubs.follower,
    leader: stubs.leader,
    routes: new Routes(names, Number(env.REPLICAS)),
    hot: new HotCache(),
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
    timer: systemTimer,
    // Clients keep their tickets over restarts of the runtime.
    signer: hmacSigner("histories"),
  };
  return {
    map,
    regions: names,
    follower: stubs.follower,
    tao: (session: TaoSession): Tao => createTao(ports, session),
    /** Asks one coordinator or another: whichever it is, the shard moves once. */
    handOver: ({ shard, to }: HandOverRequest) => stubs.coordinator(to).handOver(shard, to),
    /** What all leaders still have to deliver, and fan-out to spread: that writes too. Fails while one is away. */
    sweep: async (): Promise<Result<number, Failure>> => {
      const swept = await Promise.all(map.entries.map((entry) => stubs.leader(entry).sweep()));
      let left = 0;
      for (const answer of swept) {
        if (!answer.ok) return answer;
        left += answer.value.intents + answer.value.followersBehind;
      }
      for (const { shard } of map.entries) {
        const { events, waiting, outstanding } = await fanout(shard).state();
        left += events + waiting + outstanding;
      }
      return { ok: true, value: left };
    },
  };
}

export type DriverGraph = ReturnType<typeof wire>;

/** Once per isolate: what it remembers of leaders, followers and hot keys outlives a request. */
const graphs = new WeakMap<DriverEnv, DriverGraph>();

export function driverGraph(env: DriverEnv): DriverGraph {
  const known = graphs.get(env) ?? wire(env);
  graphs.set(env, known);
  return known;
}
