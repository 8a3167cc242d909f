import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, type Result } from "../result.ts";
import type { Call } from "./call.ts";

/**
 * An I/O stage that a page cannot do without: privacy facts, the posts themselves.
 * Fails closed, with the stage's failure or `deadline_exceeded`.
 */
export async function required<T>(
  call: Call,
  work: () => Promise<Result<T, Failure>>,
  mostMs: number = LIMITS.feedStageBudgetMs,
): Promise<Result<T, Failure>> {
  const budgetMs = Math.min(mostMs, call.deadlineMs - call.clock.nowMs());
  const late = err<Failure>({ code: "deadline_exceeded", dependency: "follower", budgetMs });
  return budgetMs <= 0 ? late : Promise.race([work(), call.sleep(budgetMs).then(() => late)]);
}

/** An I/O stage that a page can do without. Fails open: null when it is late or fails, and it is reported. */
export async function optional<T>(
  call: Call,
  stage: string,
  budgetMs: number,
  work: () => Promise<Result<T, Failure>>,
): Promise<T | null> {
  const result = await Promise.race([work(), call.sleep(budgetMs).then(() => null)]);
  if (result?.ok) return result.value;
  call.report({ event: "stage_failed_open", stage, viewer: call.viewer?.toString() ?? null });
  return null;
}

/** A page that is short because its refills ran out is worth knowing of. */
export function reportExhausted(
  call: Call,
  stage: string,
  { exhausted }: { readonly exhausted: boolean },
): void {
  if (exhausted) call.report({ event: "refills_exhausted", stage, viewer: String(call.viewer) });
}
