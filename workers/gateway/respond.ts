import { matchesEtag } from "../../core/http/conditional.ts";
import type { GatewayContext, GatewayDeps } from "./context.ts";

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

/** 200 with `etag`, or 304 to who has it. What both have in common, a ticket say, both carry. */
export function respondTagged(
  c: GatewayContext,
  body: BodyInit | null,
  etag: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const same = matchesEtag(c.req.raw.headers.get("if-none-match"), etag);
  return respond(c, same ? 304 : 200, same ? null : body, { ...headers, etag });
}

/** Says in Server-Timing how long the feed Worker took, whatever it answers. */
export async function timed<T>(
  c: GatewayContext,
  { clock }: GatewayDeps,
  call: () => Promise<T>,
): Promise<T> {
  const startMs = clock.nowMs();
  const answer = await call();
  c.get("headers")["server-timing"] = `feed;dur=${clock.nowMs() - startMs}`;
  return answer;
}
