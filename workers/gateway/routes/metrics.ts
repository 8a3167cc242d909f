import { cacheHeaders } from "../../../core/http/cache-policy.ts";
import { EXPOSITION_TYPE, expositionOf } from "../../../core/telemetry/exposition.ts";
import { regionMetrics } from "../../../core/telemetry/region-metrics.ts";
import { isSameSecret } from "../../../platform/same-secret.ts";
import type { GatewayApp, GatewayContext, GatewayDeps } from "../context.ts";
import { requireAccess } from "../middleware/auth.ts";
import type { Guards } from "../register.ts";
import { respond } from "../respond.ts";

/**
 * `GET /metrics`: what all regions have counted, for Prometheus. For whoever has the scrape's secret, and for
 * operators. Regions are asked all at once, each for a bounded time; one that is away shows as such.
 */
export function metricsRoute(
  app: GatewayApp,
  deps: GatewayDeps,
  guards: Pick<Guards, "authenticator" | "limits">,
): void {
  app.get("/metrics", async (c) => {
    if (!isScraper(c, deps)) {
      c.set("caller", await guards.authenticator.callerOf(c));
      guards.limits.charge(c, "read");
      requireAccess("observe", c.get("caller"));
    }
    const text = expositionOf(regionMetrics(await deps.controllers.totals()));
    return respond(c, 200, text, { "content-type": EXPOSITION_TYPE, ...cacheHeaders("never") });
  });
}

function isScraper(c: GatewayContext, { config: { metricsToken } }: GatewayDeps): boolean {
  const header = c.req.raw.headers.get("authorization");
  return metricsToken !== null && header !== null && isSameSecret(header, `Bearer ${metricsToken}`);
}
