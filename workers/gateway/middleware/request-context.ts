import type { MiddlewareHandler } from "hono";

import { Globe, type RegionOrder } from "../../../core/regions/nearest.ts";
import { beginTrace } from "../../../core/telemetry/request-trace.ts";
import type { GatewayContext, GatewayDeps, GatewayTypes } from "../context.ts";
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
  const globe = new Globe(config.regions);
  return async (c, next) => {
    const order = orderOf(c.req.raw, config, globe);
    const address = c.req.raw.headers.get("cf-connecting-ip") ?? UNKNOWN_ADDRESS;
    const trace = beginTrace(c.req.raw.headers, policy, random);
    c.set("trace", trace);
    c.set("headers", { ...always, [TRACE_HEADER]: trace.id });
    c.set("nowMs", clock.nowMs());
    c.set("regionOrder", order);
    c.set("ownRegion", order[0]);
    place(c, levels, address);
    c.set("address", address);
    c.set("caller", null);
    await next();
    tell(c);
  };
}

/** Says where a request is served. @param key names who asks: by it a part of a region's people go elsewhere. */
export function place(c: GatewayContext, levels: GatewayDeps["levels"], key: string): void {
  const region = levels.serving(c.get("regionOrder"), key);
  const effects = levels.effects(c.get("ownRegion"), region);
  c.set("region", region);
  c.set("effects", effects);
  c.get("headers")[LEVEL_HEADER] = String(effects.level);
}

function orderOf(request: Request, config: GatewayConfig, globe: Globe): RegionOrder {
  if (config.environment === "development") {
    const wanted = request.headers.get("x-edgewise-region");
    if (config.regions.some((row) => row.region === wanted)) return globe.backupsOf(wanted ?? "");
  }
  const cf = request.cf as Partial<IncomingRequestCfProperties> | undefined;
  const degrees = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return globe.nearestFirst({
    continent: cf?.continent,
    latitude: degrees(cf?.latitude),
    longitude: degrees(cf?.longitude),
  });
}
