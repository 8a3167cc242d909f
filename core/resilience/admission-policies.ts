import { LIMITS } from "../limits.ts";
import type { LimitPolicy } from "./adaptive-limit.ts";

const common = {
  tolerance: LIMITS.admissionTolerance,
  slackMs: LIMITS.admissionSlackMs,
  probeEveryMs: LIMITS.admissionProbeMs,
  sampleMin: LIMITS.admissionSampleMin,
  busyLagMs: LIMITS.admissionBusyLagMs,
};

/** Of all that a gateway's isolate does for callers. */
export const GATEWAY_POLICY: LimitPolicy = {
  ...common,
  initial: LIMITS.gatewayInitial,
  min: LIMITS.gatewayMin,
  max: LIMITS.gatewayMax,
  probe: LIMITS.gatewayProbe,
};

/** Of feeds that a feed Worker's isolate builds. */
export const BUILDS_POLICY: LimitPolicy = {
  ...common,
  initial: LIMITS.buildsInitial,
  min: LIMITS.buildsMin,
  max: LIMITS.buildsMax,
  probe: LIMITS.buildsProbe,
};
