import { FailureError } from "../../../core/errors.ts";
import type { GatewayApp, GatewayDeps } from "../context.ts";
import type { RateLimits } from "../middleware/rate-limit.ts";

/**
 * `GET /healthz`: this Worker runs and its configuration is right. With `?deep=1` also
 * whether a read through the feed Worker and the graph works; that one is rate limited.
 */
export function healthRoute(app: GatewayApp, deps: GatewayDeps, limits: RateLimits): void {
  app.get("/healthz", async (c) => {
    c.header("cache-control", "no-store");
    const [region, nowMs] = [c.get("region"), c.get("nowMs")];
    if (c.req.query("deep") === undefined) return c.json({ status: "ok", region });

    limits.charge(c, "read");
    const answer = await deps.feed.suggested(
      {
        viewer: null,
        region,
        ticket: null,
        idempotencyKey: null,
        deadlineMs: nowMs + deps.config.requestBudgetMs,
      },
      1,
    );
    if (!answer.ok) throw new FailureError(answer.error);
    return c.json({ status: "ok", region, feedMs: deps.clock.nowMs() - nowMs });
  });
}
