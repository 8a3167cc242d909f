import type { MiddlewareHandler } from "hono";

import type { Random } from "../../../core/clock.ts";
import { type Region, regionFor } from "../../../core/regions/regions.ts";
import type { GatewayDeps, GatewayTypes } from "../context.ts";
import type { GatewayConfig } from "../env.ts";
import { LEVEL_HEADER } from "./levels.ts";
import { securityHeaders } from "./security-headers.ts";

/** Of a request that did not come through the platform's edge. */
export const UNKNOWN_ADDRESS = "unknown";

/** Facts of a request that the platform vouches for. */
export function requestContext({
  config,
  clock,
  levels,
  random,
}: GatewayDeps): MiddlewareHandler<GatewayTypes> {
  const always = securityHeaders(config);
  return async (c, next) => {
    const own = regionOf(c.req.raw, config);
    const effects = levels.effects(own);
    c.set("headers", { ...always, [LEVEL_HEADER]: String(effects.level) });
    c.set("nowMs", clock.nowMs());
    c.set("ownRegion", own);
    c.set("region", levels.route(own));
    c.set("effects", effects);
    c.set("address", c.req.raw.headers.get("cf-connecting-ip") ?? UNKNOWN_ADDRESS);
    c.set("caller", null);
    let traceId: string | null = null;
    c.set("traceId", () => (traceId ??= newTraceId(random)));
    await next();
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

/** 16 hexadecimal digits. */
const newTraceId = (random: Random): string =>
  Array.from({ length: 16 }, () => Math.floor(random.next() * 16).toString(16)).join("");
