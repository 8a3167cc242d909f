import type { MiddlewareHandler } from "hono";

import { CACHE_REPORT_HEADER } from "../../../core/telemetry/client-report.ts";
import type { GatewayDeps, GatewayTypes } from "../context.ts";

/** Takes what clients say of their caches, and passes all counts on, after the answer. */
export const cacheCounts =
  ({ caches }: Pick<GatewayDeps, "caches">): MiddlewareHandler<GatewayTypes> =>
  async (c, next) => {
    const region = c.get("region");
    caches.enter(region);
    await next();
    const caller = c.get("caller");
    const report = c.req.raw.headers.get(CACHE_REPORT_HEADER);
    // Whoever is over their rate is not listened to either.
    if (report !== null && caller !== null && c.res.status !== 429)
      caches.client(region, caller.subject, report);
    if (caches.isDue()) c.executionCtx.waitUntil(caches.flush());
  };
