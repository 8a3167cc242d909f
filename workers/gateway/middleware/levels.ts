import type { MiddlewareHandler } from "hono";

import type { Region } from "../../../core/regions/regions.ts";
import { countersOf } from "../../../core/slo/request-counters.ts";
import { answerCounters } from "../../../core/telemetry/answer-counters.ts";
import type { GatewayContext, GatewayDeps, GatewayTypes } from "../context.ts";

/** Of every answer: how far the region has stepped back from full service, 0 to 4. */
export const LEVEL_HEADER = "edgewise-level";

/** A browser that asks whether it may write has written nothing. */
const READS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Served elsewhere since its own region is away: one that is drained, or takes a part, is not. */
function isForLost(c: GatewayContext, levels: GatewayDeps["levels"]): boolean {
  const own = c.get("ownRegion");
  return c.get("region") !== own && levels.isFailedOver(own);
}

/** Counts answers for their region, and exchanges the counts for its level: after the answer, once a second. */
export const regionLevels =
  ({ levels, clock }: Pick<GatewayDeps, "levels" | "clock">): MiddlewareHandler<GatewayTypes> =>
  async (c, next) => {
    await next();
    const region = c.get("region");
    const { method, path } = c.req;
    const isWrite = !READS.includes(method);
    for (const name of answerCounters(c.res.status, !isWrite)) levels.count(region, name);
    // What stays open says nothing about how long an answer takes.
    if (c.res.status !== 101) {
      const tookMs = clock.nowMs() - c.get("nowMs");
      levels.time(region, isWrite ? "http_write_ms" : "http_read_ms", tookMs);
      const counters = countersOf({ method, path, status: c.res.status, tookMs });
      for (const name of counters) levels.count(region, name);
      if (counters.length > 0 && isForLost(c, levels)) levels.count(region, "api_for_others");
    }
    const exchange = (one: Region) => {
      if (levels.isDue(one)) c.executionCtx.waitUntil(levels.exchange(one));
    };
    exchange(region);
    // Of a region that is failed over too: so that its return is noticed.
    exchange(c.get("ownRegion"));
  };
