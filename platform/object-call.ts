import { report } from "./telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import type { Dependency, Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region, RegionRow } from "../core/regions/regions.ts";
import { err, type Result } from "../core/result.ts";

/** As much of a Durable Object binding as we use, typed by the contract instead of the class. */
export interface ObjectNamespace<Service> {
  getByName(name: string, options?: { locationHint?: DurableObjectLocationHint }): Service;
}

/** Where an object of a region is to be created: the platform reads it at the first call only. */
export const hintsOf =
  (regions: readonly RegionRow[]) =>
  (region: Region): { locationHint?: DurableObjectLocationHint } => {
    const hint = regions.find((row) => row.region === region)?.hint;
    return hint === undefined ? {} : { locationHint: hint as DurableObjectLocationHint };
  };

/** Turns what the platform throws into a failure that a caller may act on. */
export async function answered<T>(
  dependency: Dependency,
  call: () => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  try {
    return await call();
  } catch (error) {
    return err(failureOf(error, dependency));
  }
}

/**
 * The platform marks its errors: `overloaded` must never be retried, everything else of
 * a lost object may be, by an idempotent caller.
 * Source: developers.cloudflare.com/durable-objects/best-practices/error-handling
 */
function failureOf(error: unknown, dependency: Dependency): Failure {
  const flags = typeof error === "object" && error !== null ? error : {};
  if ("overloaded" in flags && flags.overloaded === true) {
    return { code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs };
  }
  report(failed("object_call_failed", error, { dependency }));
  return { code: "unavailable", dependency, retryAfterMs: LIMITS.overloadRetryMs };
}
