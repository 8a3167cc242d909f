import { FailureError } from "../../../core/errors.ts";
import { cacheHeaders } from "../../../core/http/cache-policy.ts";
import type { GatewayApp, GatewayDeps } from "../context.ts";
import { backgroundCall } from "../background-call.ts";
import type { RateLimits } from "../middleware/rate-limit.ts";
import { respond } from "../respond.ts";

/**
 * `GET /healthz`: this Worker runs and its configuration is right. With `?deep=1` also
 * whether a read through the feed Worker and the graph works; that one is rate limited.
 */
export function healthRoute(app: GatewayApp, deps: GatewayDeps, limits: RateLimits): void {
  app.get("/healthz", async (c) => {
    const health = (facts: object) =>
      respond(c, 200, JSON.stringify({ status: "ok", ...facts }), {
        "content-type": "application/json",
        ...cacheHeaders("never"),
      });
    const [region, nowMs] = [c.get("region"), c.get("nowMs")];
    if (c.req.query("deep") === undefined) return health({ region });

    limits.charge(c, "read");
    const answer = await deps.feed.suggested(backgroundCall(deps, region), 1);
    if (!answer.ok) throw new FailureError(answer.error);
    return health({ region, feedMs: deps.clock.nowMs() - nowMs });
  });
}
