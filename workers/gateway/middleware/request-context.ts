import type { MiddlewareHandler } from "hono";

import { type Region, regionFor } from "../../../core/regions/regions.ts";
import { beginTrace } from "../../../core/telemetry/request-trace.ts";
import type { GatewayDeps, GatewayTypes } from "../context.ts";
import type { GatewayConfig } from "../env.ts";
import { LEVEL_HEADER } from "./levels.ts";
import { securityHeaders } from "./security-headers.ts";
import { TRACE_HEADER, tellSpan } from "./tracing.ts";

/** Of a request that did not come through the platform's edge. */
export const UNKNOWN_ADDRESS = "unknown";

/** Facts of a request that the platform vouches for. */
export function requestContext(deps: GatewayDeps): MiddlewareHandler<GatewayTypes> {
  const { config, clock, levels, random } = deps;
  const always = securityHeaders(config);
  const policy = { share: config.traceShare, isOpen: config.environment === "development" };
  const tell = tellSpan(deps);
  return async (c, next) => {
    const own = regionOf(c.req.raw, config);
    const effects = levels.effects(own);
    const trace = beginTrace(c.req.raw.headers, policy, random);
    c.set("trace", trace);
    c.set("headers", {
      ...always,
      [LEVEL_HEADER]: String(effects.level),
      [TRACE_HEADER]: trace.id,
    });
    c.set("nowMs", clock.nowMs());
    c.set("ownRegion", own);
    c.set("region", levels.route(own));
    c.set("effects", effects);
    c.set("address", c.req.raw.headers.get("cf-connecting-ip") ?? UNKNOWN_ADDRESS);
    c.set("caller", null);
    await next();
    tell(c);
  };
}

function regionOf(request: Request, config: GatewayConfig): Region {
  if (config.environment === "development") {
    const wanted = request.headers.get("x-edgewise-region");
    if (config.regions.some((row) => row.region === wanted)) return wanted ?? "";
  }
  const cf = request.cf as Partial<IncomingRequestCfProperties> | undefined;
  const longitude = cf?.longitude === undefined ? undefined : Number(cf.longitude);
  return regionFor(config.regions, { continent: cf?.continent, longitude });
}
