import { report } from "../../platform/telemetry.ts";
import { failed } from "../../core/telemetry/events.ts";
import { FailureError } from "../../core/errors.ts";
import { cacheHeaders } from "../../core/http/cache-policy.ts";
import { etagOf } from "../../core/http/conditional.ts";
import { ageSeconds, pageKey, type PublicPage } from "../../core/http/public-page.ts";
import { STALE_HEADER } from "./freshness.ts";
import type { Gate } from "./middleware/admission.ts";
import type { Answered, Operation } from "./operation.ts";
import { respond, respondTagged, SERVER_TIMING, timed } from "./respond.ts";

type VisitorCall = Parameters<Operation["handle"]>[0];

/** RFC 9211: what this cache did. */
type CacheStatus = "hit" | "hit; detail=stale" | "fwd=miss; stored" | "fwd=miss";

/**
 * An answer for a visitor who brings neither a token nor a wish: from the shared cache, or
 * made without anything of this request but what is in its key, and kept there.
 */
export async function answerVisitor(
  op: Operation,
  visitor: VisitorCall,
  gate: Gate,
): Promise<Response> {
  const { deps, c } = visitor;
  const call = anonymous(visitor);
  const { params, query } = call as { readonly params: object; readonly query?: object };
  const key = pageKey(new URL(c.req.url).origin, op.path, { ...params }, { ...query });

  const found = await deps.pages.find(key);
  if (found !== null) {
    if (found.state === "stale" && deps.pages.startRefresh(key)) {
      c.executionCtx.waitUntil(refresh(op, call, key));
    }
    return show(call, found.page, found.state === "stale" ? "hit; detail=stale" : "hit");
  }

  const readAtMs = deps.clock.nowMs();
  const outcome = await timed(c, deps, () => gate.run(c, op, () => op.handle(call)));
  if (!outcome.ok) throw new FailureError(outcome.error);
  const page = pageOf(op, call, outcome.value, readAtMs);
  if (page === null) return showMarked(call, outcome.value);
  // Caches may show it to others, who did not wait for it.
  delete c.get("headers")[SERVER_TIMING];
  c.executionCtx.waitUntil(deps.pages.keep(key, page));
  return show(call, page, "fwd=miss; stored");
}

/** The same call by nobody: should a caller ever get here by mistake, they are a visitor too. */
function anonymous(call: VisitorCall): VisitorCall {
  const { region, deadlineMs, trace } = call.ctx;
  // What is marked as old is not kept: only this visitor sees it.
  const { allowStale } = call.c.get("effects");
  const nobody = { viewer: null, ticket: null, idempotencyKey: null, allowStale } as const;
  const traced = trace === undefined ? {} : { trace };
  return { ...call, ctx: { ...nobody, region, deadlineMs, consistency: "ticket", ...traced } };
}

/** @returns null when the answer may be older than promised: it is nothing to keep. */
function pageOf(
  op: Operation,
  { params }: VisitorCall,
  { value, staleMs = null }: Answered<unknown>,
  readAtMs: number,
): PublicPage | null {
  if (staleMs !== null || op.tags === undefined) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const tags = op.tags(typeof value === "string" ? JSON.parse(value) : value, params);
  return { text, etag: etagOf(text), tags, readAtMs };
}

/** Makes the page again, after the answer; what may no longer be seen goes at once. */
async function refresh(op: Operation, call: VisitorCall, key: string): Promise<void> {
  const { deps } = call;
  try {
    const nowMs = deps.clock.nowMs();
    const { trace: _, ...rest } = call.ctx;
    const ctx = { ...rest, deadlineMs: nowMs + deps.config.requestBudgetMs };
    const outcome = await op.handle({ ...call, ctx });
    const page = outcome.ok ? pageOf(op, call, outcome.value, nowMs) : null;
    if (page !== null) await deps.pages.keep(key, page);
    else if (!outcome.ok && outcome.error.code === "not_found") await deps.pages.drop(key);
  } catch (error) {
    // Nobody waits for this answer; the page that is there ages on.
    report(failed("page_refresh_failed", error));
  } finally {
    deps.pages.refreshed(key);
  }
}

/** Without a ticket: one person's place in the log is not another's. */
function show({ c, deps }: VisitorCall, page: PublicPage, status: CacheStatus): Response {
  const age = ageSeconds(page, deps.clock.nowMs());
  return respondTagged(c, page.text, page.etag, {
    ...cacheHeaders("public"),
    "content-type": "application/json",
    age: String(age),
    "cache-status": `edgewise; ${status}`,
  });
}

function showMarked({ c }: VisitorCall, { value, staleMs = null }: Answered<unknown>): Response {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return respond(c, 200, text, {
    ...cacheHeaders("personal"),
    "content-type": "application/json",
    ...(staleMs !== null && { [STALE_HEADER]: String(Math.ceil(staleMs)) }),
  });
}
