import type { GatewayContext } from "./context.ts";

/**
 * Every answer that this Worker makes. Headers are collected as plain text and handed over
 * once: setting them one by one costs the runtime more than the whole rest of a route.
 */
export const respond = (
  c: GatewayContext,
  status: number,
  body: BodyInit | null,
  headers: Readonly<Record<string, string>> = {},
): Response => new Response(body, { status, headers: { ...c.get("headers"), ...headers } });
