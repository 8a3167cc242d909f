import { cors } from "hono/cors";
import type { MiddlewareHandler } from "hono";

import type { GatewayTypes } from "../context.ts";
import type { GatewayConfig } from "../env.ts";

/** Lets pages of the configured origins call the API; without any, browsers refuse them all. */
export function corsPolicy({ corsOrigins }: GatewayConfig): MiddlewareHandler<GatewayTypes> {
  const policy = cors({
    origin: (origin) => (corsOrigins.includes("*") || corsOrigins.includes(origin) ? origin : null),
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
    ],
    exposeHeaders: [
      "age",
      "cache-status",
      "edgewise-stale-ms",
      "edgewise-ticket",
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
    return headers.has("origin") && !headers.has("upgrade") ? policy(c, next) : next();
  };
}
