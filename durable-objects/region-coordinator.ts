import { report } from "../platform/telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import { Coordinator } from "../core/regions/coordinator.ts";
import type { CoordinatorService } from "../core/regions/coordinator-service.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import type { Lease } from "../core/tao/lease.ts";
import { parseCoordinatorName } from "../core/tao/names.ts";
import type { PhysicalShard, ShardEntry, ShardMap } from "../core/tao/shard-map.ts";
import { systemClock, systemSleep } from "../platform/clock.ts";
import { r2MapRegister } from "../platform/map-register.ts";
import { graphStubs } from "../platform/object-stubs.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";
import { storeConfigFrom } from "./store-config.ts";

/**
 * Coordinator of one region: grants its leaders their leases out of the register. Keeps
 * nothing, so that losing it costs a read. `core/regions/coordinator.ts` decides.
 */
export class RegionCoordinator extends DurableObject<ObjectsEnv> implements CoordinatorService {
  readonly #coordinator: Coordinator;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    const region = parseCoordinatorName(ctx.id.name ?? "");
    const { map, regions } = topologyFrom(env);
    const stubs = graphStubs(env, { map, regions });
    this.#coordinator = new Coordinator(region, {
      clock,
      sleep: systemSleep,
      register: r2MapRegister(env.REGISTER),
      initial: map,
      regions: regions.map((row) => row.region),
      sharesStore: storeConfigFrom(env).kind === "mysql",
      coordinator: stubs.coordinator,
      leader: (shard) => stubs.leaderIn(shard, region),
      report: (event, error) => report(failed(event, error, { region })),
    });
  }

  lease(shard: PhysicalShard): Promise<Result<Lease, Failure>> {
    return this.#coordinator.lease(shard);
  }

  map(): Promise<Result<ShardMap, Failure>> {
    return this.#coordinator.map();
  }

  handOver(
    shard: PhysicalShard,
    to: Region,
    isForwarded?: boolean,
    epoch?: number,
  ): Promise<Result<ShardEntry, Failure>> {
    return this.#coordinator.handOver(shard, to, isForwarded, epoch);
  }

  release(shard: PhysicalShard, epoch: number): Promise<Result<null, Failure>> {
    return this.#coordinator.release(shard, epoch);
  }
}
