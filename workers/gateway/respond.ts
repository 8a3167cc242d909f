import { matchesEtag } from "../../core/http/conditional.ts";
import type { GatewayContext, GatewayDeps } from "./context.ts";
import type { Outcome } from "./operation.ts";

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

export const SERVER_TIMING = "server-timing";

/** Says in Server-Timing how long the answer took, the feed Worker of that, and what it knows of its own time. */
export async function timed<T>(
  c: GatewayContext,
  { clock }: GatewayDeps,
  call: () => Outcome<T>,
): Outcome<T> {
  const startMs = clock.nowMs();
  const outcome = await call();
  const endMs = clock.nowMs();
  const timing = outcome.ok ? (outcome.value.timing ?? "") : "";
  const own = `total;dur=${endMs - c.get("nowMs")}, feed;dur=${endMs - startMs}`;
  c.get("headers")[SERVER_TIMING] = timing === "" ? own : `${own}, ${timing}`;
  return outcome;
}
