import { type DurableObject, waitUntil } from "cloudflare:workers";

import type { Site } from "../core/chaos/inject.ts";
import type { Clock } from "../core/clock.ts";
import { systemClock } from "../platform/clock.ts";
import { drilledEnv, drillsOf, type Mortal } from "../platform/drilled-env.ts";
import { INJECTED } from "../platform/faulty-call.ts";
import type { ObjectsEnv } from "./env.ts";

type ObjectClass = new (
  ctx: DurableObjectState,
  env: ObjectsEnv,
  clock?: Clock,
) => DurableObject<ObjectsEnv>;

/** The class as builds with drills have it: its bindings may be at fault, its clock wrong, and it can be killed. */
export const drilled = (Base: ObjectClass, siteOf?: (name: string) => Site) =>
  class extends Base implements Mortal {
    constructor(ctx: DurableObjectState, env: ObjectsEnv) {
      const made = drilledEnv(env, waitUntil);
      const drills = drillsOf(made);
      const site = siteOf?.(ctx.id.name ?? "");
      const clock =
        drills === null || site === undefined
          ? systemClock
          : { nowMs: () => systemClock.nowMs() + drills.skewMs(site) };
      super(ctx, made, clock);
    }

    /** Drops its memory and every call that is under way, as the platform does now and then. */
    async killForDrill(): Promise<void> {
      this.ctx.abort(`killed: ${INJECTED}`);
    }
  };
