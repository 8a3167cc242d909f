import { cors } from "hono/cors";
import type { MiddlewareHandler } from "hono";

import type { GatewayTypes } from "../context.ts";
import type { GatewayConfig } from "../env.ts";
import { TRACE_HEADER } from "./tracing.ts";

/** Lets pages of the configured origins call the API; without any, browsers refuse them all. */
export function corsPolicy({ corsOrigins }: GatewayConfig): MiddlewareHandler<GatewayTypes> {
  const isAllowed = (origin: string) => corsOrigins.includes("*") || corsOrigins.includes(origin);
  const policy = cors({
    origin: (origin) => (isAllowed(origin) ? origin : null),
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      "authorization",
      "content-type",
      "edgewise-allow-stale",
      "edgewise-cache-report",
      "edgewise-consistency",
      "edgewise-ticket",
      "idempotency-key",
      "if-none-match",
      "last-event-id",
      "traceparent",
      "tracestate",
    ],
    exposeHeaders: [
      "age",
      "cache-status",
      "edgewise-stale-ms",
      "edgewise-ticket",
      TRACE_HEADER,
      "etag",
      "ratelimit",
      "ratelimit-policy",
      "retry-after",
      "server-timing",
    ],
    maxAge: 86_400,
  });
  // Most requests come from our own pages and carry no Origin. A socket's route asks for itself:
  // browsers do not, and its answer cannot be given more headers.
  return (c, next) => {
    const { headers } = c.req.raw;
    const origin = headers.get("origin");
    if (origin === null || headers.has("upgrade")) return next();
    // Beside exposing it: what a browser keeps of another origin's timing is zeros otherwise.
    if (isAllowed(origin)) c.res.headers.set("timing-allow-origin", origin);
    return policy(c, next);
  };
}
