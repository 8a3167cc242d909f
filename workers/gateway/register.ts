import type { z } from "zod";

import { type Failure, FailureError } from "../../core/errors.ts";
import type { CallContext } from "../../core/feed/service.ts";
import {
  type Asker,
  CACHE_POLICIES,
  type CacheClass,
  cacheHeaders,
  classFor,
  PERSONAL_HEADERS,
} from "../../core/http/cache-policy.ts";
import { etagOf } from "../../core/http/conditional.ts";
import { report } from "../../platform/telemetry.ts";
import { contextOf, honoured } from "../../core/telemetry/request-trace.ts";
import { LIMITS } from "../../core/limits.ts";
import type { GatewayApp, GatewayContext, GatewayDeps } from "./context.ts";
import { freshnessOf, STALE_HEADER, ticketsOf } from "./freshness.ts";
import { parseJson } from "./json.ts";
import { type Authenticator, requireAccess } from "./middleware/auth.ts";
import { type Gate, priorityOf } from "./middleware/admission.ts";
import { decodeText, readBody, requireContentType } from "./middleware/body-limit.ts";
import { place } from "./middleware/request-context.ts";
import type { RateLimits } from "./middleware/rate-limit.ts";
import { type Answered, isStoppedByReadOnly, type Operation } from "./operation.ts";
import { purgeAfter } from "./purges.ts";
import { respond, respondTagged, timed } from "./respond.ts";
import { may } from "./tokens.ts";
import { answerVisitor } from "./visitor-answer.ts";

export interface Guards {
  readonly authenticator: Authenticator;
  readonly limits: RateLimits;
  readonly gate: Gate;
}

/** Adds an operation's route: who calls, may they, is the request valid, then the call. */
export function register(app: GatewayApp, op: Operation, deps: GatewayDeps, guards: Guards): void {
  const path = op.path.replace(/\{(\w+)\}/g, ":$1");
  const { gate } = guards;
  app.on(op.method.toUpperCase(), path, async (c) => {
    gate.enter(c, op);
    try {
      return await serve(c, op, deps, guards);
    } finally {
      gate.leave(c);
    }
  });
}

async function serve(
  c: GatewayContext,
  op: Operation,
  deps: GatewayDeps,
  { authenticator, gate, limits }: Guards,
): Promise<Response> {
  const caller = await authenticator.callerOf(c);
  c.set("caller", caller);
  if (caller !== null) {
    if (may(caller, "observe")) c.set("trace", honoured(c.get("trace"), deps.random));
    // By who they are, so that a new address does not move anybody to another region.
    if (deps.levels.share(c.get("ownRegion")) < 1) place(c, deps.levels, caller.subject);
  }
  limits.charge(c, op.rate);
  requireAccess(op.access, c.get("caller"));
  requireWritable(c, op, deps);
  noteUse(c, op);
  const params = checked(op.params, c.req.param(), "path");
  const query = checked(op.query, op.query ? queryOf(c) : undefined, "query");
  const ctx = callContext(c, deps, op);
  const cacheClass = classFor(op.cache, askerOf(c));
  // Who sends slowly keeps room from nobody.
  if (op.body !== undefined) gate.leave(c);
  const body = await bodyOf(op, c.req.raw);
  const call = { deps, ctx, params, query, body, c } as Parameters<Operation["handle"]>[0];
  if (cacheClass === "public") return answerVisitor(op, call, gate);
  const outcome = await timed(c, deps, () => gate.run(c, op, () => op.handle(call)));
  if (!outcome.ok) throw new FailureError(outcome.error);
  purgeAfter(op, call, outcome.value.value);
  return answer(c, op, cacheClass, outcome.value);
}

/** Whoever acts on the system, or reads what is about people, leaves a line in the log. */
function noteUse(c: GatewayContext, { id, access }: Operation): void {
  if (access !== "operate" && access !== "load") return;
  const who = c.get("caller")?.subject.slice(0, LIMITS.opsWhoCharsMax) ?? "";
  const path = new URL(c.req.url).pathname.slice(0, LIMITS.opsPathCharsMax);
  report({ event: "operator_call", operation: id, who, path });
}

/** @throws FailureError `read_only` */
function requireWritable(c: GatewayContext, op: Operation, { levels }: GatewayDeps): void {
  if (!isStoppedByReadOnly(op) || levels.admitsWrite(c.get("ownRegion"), c.get("region"))) return;
  levels.count(c.get("region"), "read_only_refusals");
  throw new FailureError({ code: "read_only", retryAfterMs: LIMITS.readOnlyRetryMs });
}

function askerOf(c: GatewayContext): Asker {
  const { headers } = c.req.raw;
  return {
    signedIn: c.get("caller") !== null,
    asksForOwn: PERSONAL_HEADERS.some((name) => headers.has(name)),
  };
}

function answer(
  c: GatewayContext,
  op: Operation,
  cacheClass: CacheClass,
  { value, ticket, staleMs = null }: Answered<unknown>,
): Response {
  if (value instanceof Response) return value;
  const headers = {
    ...cacheHeaders(cacheClass),
    ...(ticket !== null && { "edgewise-ticket": ticket }),
    ...(staleMs !== null && { [STALE_HEADER]: String(Math.ceil(staleMs)) }),
    ...(op.answer !== null && { "content-type": "application/json" }),
  };
  if (op.answer === null) return respond(c, op.status, null, headers);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return CACHE_POLICIES[cacheClass].etag
    ? respondTagged(c, text, etagOf(text), headers)
    : respond(c, op.status, text, headers);
}

function callContext(c: GatewayContext, { config }: GatewayDeps, op: Operation): CallContext {
  const write = op.method !== "get";
  const priority = priorityOf(op);
  const { headers } = c.req.raw;
  const { consistency, allowStale } = freshnessOf(headers, !write);
  const trace = contextOf(c.get("trace"));
  return {
    viewer: c.get("caller")?.viewer ?? null,
    region: c.get("region"),
    ticket: ticketsOf(headers),
    consistency,
    allowStale: allowStale || (!write && c.get("effects").allowStale),
    idempotencyKey: write ? idempotencyKeyOf(headers) : null,
    deadlineMs: c.get("nowMs") + config.requestBudgetMs,
    ...(trace !== undefined && { trace }),
    ...(priority !== "interactive" && { priority }),
  };
}

function idempotencyKeyOf(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null || (/^[\x21-\x7e]+$/.test(key) && key.length <= LIMITS.idempotencyKeyCharsMax))
    return key;
  const reason = `1 to ${LIMITS.idempotencyKeyCharsMax} printable ASCII characters without spaces`;
  throw new FailureError({ code: "invalid_request", field: "Idempotency-Key", reason });
}

/** A name that occurs twice keeps both values, which no schema accepts. */
function queryOf(c: GatewayContext): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    query[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return query;
}

async function bodyOf(op: Operation, request: Request): Promise<unknown> {
  if (op.body === undefined) return undefined;
  const kind = op.bodyKind ?? "json";
  if (kind === "stream") return request;
  requireContentType(request, "application/json");
  const text = decodeText(await readBody(request, op.bodyBytesMax ?? LIMITS.bodyBytesMax));
  return kind === "text" ? text : checked(op.body, parseJson(text), "body");
}

/** @throws FailureError `invalid_request`, naming the first field that is wrong. */
function checked(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknownKeys = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unknownKeys].join(".").slice(0, 80) || where;
  const reason =
    unknownKeys.length > 0 ? "is not a known field" : (issue?.message ?? "is not valid");
  throw new FailureError(failureFor(field, reason));
}

/** The schema knows a cursor's size, the feed Worker the rest; to a client both are one failure. */
const failureFor = (field: string, reason: string): Failure =>
  field === "cursor"
    ? { code: "invalid_cursor", reason }
    : { code: "invalid_request", field, reason };
