import type { Dependency, Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { err, type Result } from "../core/result.ts";

/** The call's answer, or `unavailable` after `limitMs`: the call goes on, and nobody hears its answer. */
export async function within<T>(
  limitMs: number,
  dependency: Dependency,
  call: Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Result<T, Failure>>((resolve) => {
    timer = setTimeout(
      () => resolve(err({ code: "unavailable", dependency, retryAfterMs: LIMITS.overloadRetryMs })),
      limitMs,
    );
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
