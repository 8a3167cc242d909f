import { report } from "../platform/telemetry.ts";
import { breakerChanged } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Breaker } from "../core/resilience/breaker.ts";
import {
  type BreakerReport,
  type Claim,
  rankBreakerRegion,
  type RankBreakerService,
  type RegionBreakers,
} from "../core/resilience/breaker-service.ts";
import { RegionBreakerTable } from "../core/resilience/region-breakers.ts";
import { breakerPolicyFrom } from "../platform/breaker-policy.ts";
import { systemClock } from "../platform/clock.ts";
import { objectLevels } from "../platform/object-levels.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";

const KEPT = "breakers";

/**
 * The breakers of one region's rankers, for all isolates of the proxy there. Each change of state is
 * kept, so that an eviction does not close what is open; counts and probes between two changes are not:
 * a window is 10 s, and a lost probe frees itself.
 */
export class RankBreaker extends DurableObject<ObjectsEnv> implements RankBreakerService {
  readonly #clock: Clock;
  readonly #table: RegionBreakerTable;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#clock = clock;
    const region = rankBreakerRegion(ctx.id.name ?? "");
    const levels = objectLevels(env, topologyFrom(env).regions, clock);
    this.#table = new RegionBreakerTable(
      {
        policy: breakerPolicyFrom(env),
        changed: (transition) => {
          ctx.storage.kv.put(KEPT, this.#table.read());
          if (transition.to === "open") {
            levels.count(region, "breakers_opened");
            ctx.waitUntil(levels.exchange(region));
          }
          report(breakerChanged(region, "region", transition));
        },
      },
      ctx.storage.kv.get<RegionBreakers>(KEPT),
    );
  }

  async claim(backend: string, known: Breaker): Promise<Claim> {
    return this.#table.claim(backend, known, this.#clock.nowMs());
  }

  async report(told: BreakerReport): Promise<Breaker> {
    return this.#table.report(told, this.#clock.nowMs());
  }

  async read(): Promise<RegionBreakers> {
    return this.#table.read();
  }
}
