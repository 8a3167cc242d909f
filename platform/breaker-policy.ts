import { z } from "zod";

import type { BreakerPolicy } from "../core/resilience/breaker.ts";
import { SPECIFIED } from "../core/resilience/limits.ts";

/** The same in the proxy and in the objects: both count. */
export interface BreakerVars {
  /** Share of calls in the window, 0 to 1, that must have failed as well; `off` (the default) is the specification exactly. */
  readonly BREAKER_FAILURE_RATIO?: string;
}

const varsSchema = z.object({
  BREAKER_FAILURE_RATIO: z.union([z.literal("off"), z.coerce.number().gt(0).max(1)]).default("off"),
});

/** @throws ZodError, which names the variable. */
export function breakerPolicyFrom(vars: BreakerVars): BreakerPolicy {
  const { BREAKER_FAILURE_RATIO: ratio } = varsSchema.parse(vars);
  return { ...SPECIFIED, failureRatioMin: ratio === "off" ? null : ratio };
}
