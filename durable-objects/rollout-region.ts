import { report } from "../platform/telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import { RegionCopy } from "../core/rollout/region-copy.ts";
import type { RolloutDocument } from "../core/rollout/rollout.ts";
import {
  type Exchange,
  type ExchangeAnswer,
  parseRolloutRegionName,
  type RolloutRegionService,
} from "../core/rollout/service.ts";
import { systemClock } from "../platform/clock.ts";
import { registerExchange } from "../platform/rollout-stubs.ts";
import type { ObjectsEnv } from "./env.ts";

/** A region's copy of the register, which its isolates ask. It is kept, so that it outlives the register's absence. */
export class RolloutRegion extends DurableObject<ObjectsEnv> implements RolloutRegionService {
  readonly #copy: RegionCopy;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    const { kv } = ctx.storage;
    const region = parseRolloutRegionName(ctx.id.name ?? "");
    this.#copy = new RegionCopy(region, {
      clock,
      kept: kv.get<RolloutDocument>("document") ?? null,
      keep: (document) => kv.put("document", document),
      exchange: registerExchange(env),
      report: (event, error) => report(failed(event, error, { region })),
    });
  }

  exchange(exchange: Exchange): Promise<ExchangeAnswer> {
    return this.#copy.exchange(exchange);
  }
}
