import type { MiddlewareHandler } from "hono";

import type { GatewayTypes } from "../context.ts";
import type { GatewayConfig } from "../env.ts";

/** Answers of the API and images are data: a browser that opens one runs nothing. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";
/** The web app: its own files only. Positions of a virtual list are inline styles. */
export const APP_POLICY = [
  "default-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** One year, as browsers' preload lists ask. */
const HSTS = "max-age=31536000; includeSubDomains";

const ALWAYS: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "strict-origin-when-cross-origin"],
  ["permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"],
  ["cross-origin-opener-policy", "same-origin"],
];

/** Sets them on every answer; a route that needs another content policy has set it before. */
export function securityHeaders(config: GatewayConfig): MiddlewareHandler<GatewayTypes> {
  // On a developer's machine a browser would remember to ask localhost for https.
  const secure = config.environment !== "development";
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of ALWAYS) headers.set(name, value);
    if (!headers.has("content-security-policy"))
      headers.set("content-security-policy", DATA_POLICY);
    if (secure) headers.set("strict-transport-security", HSTS);
  };
}
