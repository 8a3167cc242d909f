import { matchedRoutes } from "hono/route";

import { LateSpans } from "../../../core/telemetry/request-trace.ts";
import { newSpanId } from "../../../core/telemetry/trace.ts";
import { LIMITS } from "../../../core/limits.ts";
import type { GatewayContext, GatewayDeps } from "../context.ts";

/** Of every answer: the id under which the logs have it. */
export const TRACE_HEADER = "edgewise-trace";

/** What stays open, or waits for news, is slow on purpose. */
const WAITS = "/v1/realtime/";

/** After the answer: the gateway's own span, of what is sampled, and of what turned out to be worth a line. */
export function tellSpan({
  clock,
  random,
  span,
}: Pick<GatewayDeps, "clock" | "random" | "span">): (c: GatewayContext) => void {
  const late = new LateSpans();
  return (c) => {
    const { id, parent, span: own } = c.get("trace");
    const startMs = c.get("nowMs");
    const endMs = clock.nowMs();
    const tookMs = endMs - startMs;
    const { status } = c.res;
    const isWorthIt = status >= 500 || (tookMs > LIMITS.slowRequestMs && !waits(c));
    if (own === null && !(isWorthIt && late.admits(endMs))) return;
    span({
      event: "span",
      trace: id,
      span: own ?? newSpanId(random),
      parent,
      name: `gateway ${routeOf(c)}`,
      region: c.get("region"),
      startMs,
      tookMs,
      outcome: String(status),
    });
  };
}

const waits = (c: GatewayContext): boolean => routeOf(c).includes(WAITS);

/** `GET /v1/posts/:id`: without what the caller put into the address. Middleware and what answers anything have no method. */
function routeOf(c: GatewayContext): string {
  const route = matchedRoutes(c).find(({ method }) => method !== "ALL");
  return route === undefined ? `${c.req.method} *` : `${route.method} ${route.path}`;
}
