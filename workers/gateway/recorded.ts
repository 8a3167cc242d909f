import { failed } from "../../core/telemetry/events.ts";
import { report } from "../../platform/telemetry.ts";
import type { Failure } from "../../core/errors.ts";
import { LIMITS } from "../../core/limits.ts";
import { actionId, type OperatorAction } from "../../core/ops/actions.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { within } from "../../platform/time-limit.ts";
import type { GatewayContext, GatewayDeps } from "./context.ts";
import type { Answered } from "./operation.ts";

type Asked = Pick<OperatorAction, "action" | "target" | "reason">;

/**
 * Does something for an operator, and writes down who did it and why: first that it is asked for, then how it
 * ended. Fails closed: what cannot be written down is not done.
 */
export async function recorded<T>(
  { deps, c }: { readonly deps: GatewayDeps; readonly c: GatewayContext },
  asked: Asked,
  run: () => Promise<Result<Answered<T>, Failure>>,
): Promise<Result<Answered<T>, Failure>> {
  const { actions, clock, random } = deps;
  const atMs = clock.nowMs();
  const who = (c.get("caller")?.subject ?? "unknown").slice(0, LIMITS.opsWhoCharsMax);
  const entry = { id: actionId(atMs, random.next()), atMs, who, ...asked };
  const written = await within(
    LIMITS.opsActionWriteMs,
    "action_log",
    write(() => actions.write({ ...entry, outcome: "asked" })),
  );
  if (!written.ok) return written;
  const outcome = await run();
  const ended = { ...entry, outcome: outcome.ok ? "done" : outcome.error.code };
  c.executionCtx.waitUntil(write(() => actions.write(ended)));
  return outcome;
}

async function write(run: () => Promise<void>): Promise<Result<null, Failure>> {
  try {
    await run();
    return ok(null);
  } catch (error) {
    report(failed("action_not_recorded", error));
    return err({
      code: "unavailable",
      dependency: "action_log",
      retryAfterMs: LIMITS.overloadRetryMs,
    });
  }
}
