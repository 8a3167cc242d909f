import { report } from "../../../platform/telemetry.ts";
import { gatewayBug } from "../../../core/telemetry/events.ts";
import { FailureError, type Failure } from "../../../core/errors.ts";
import { cacheHeaders } from "../../../core/http/cache-policy.ts";
import type { GatewayContext } from "../context.ts";
import { INTERNAL, type Problem, problemOf } from "../problem.ts";
import { respond } from "../respond.ts";

/** Every failure of every route becomes a problem document here. */
export function onError(error: Error, c: GatewayContext): Response {
  const failure = error instanceof FailureError ? error.failure : failureOfThrow(error);
  const traceId = c.get("trace").id;
  const instance = new URL(c.req.url).pathname;
  if (failure !== null) return problemResponse(c, problemOf(failure, instance, traceId), failure);
  report(gatewayBug(traceId, instance, error));
  return problemResponse(c, { ...INTERNAL, instance, traceId }, null);
}

/**
 * A call to another Worker threw. The runtime marks what passes by itself (a deploy, a
 * restart, too much load); anything else is a bug.
 */
function failureOfThrow(error: Error): Failure | null {
  const marks = error as Error & { readonly retryable?: unknown; readonly overloaded?: unknown };
  if (marks.overloaded === true) return { code: "overloaded", retryAfterMs: 1_000 };
  if (marks.retryable === true)
    return { code: "unavailable", dependency: "feed", retryAfterMs: 1_000 };
  return null;
}

function problemResponse(c: GatewayContext, problem: Problem, failure: Failure | null): Response {
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    ...cacheHeaders("never"),
  };
  if (problem.retryAfter !== undefined) headers["retry-after"] = String(problem.retryAfter);
  if (failure?.code === "unauthenticated") headers["www-authenticate"] = 'Bearer realm="edgewise"';
  if (failure?.code === "method_not_allowed") headers["allow"] = failure.allowed.join(", ");
  return respond(c, problem.status, JSON.stringify(problem), headers);
}
