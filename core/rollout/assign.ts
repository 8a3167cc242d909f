import type { Region } from "../regions/regions.ts";
import { bucketOf, isInside } from "./bucketing.ts";
import { isExposing, type Phase } from "./phase.ts";
import { type Plan, takesPart } from "./plan.ts";
import type { Arm } from "./tally.ts";

export interface Assignment {
  readonly arm: Arm;
  /** Whether the viewer's pages are compared; otherwise everybody in the region has this arm. */
  readonly isCounted: boolean;
}

/** Which arm a viewer gets: the same for one viewer in every isolate that knows the same phase. */
export function assign(
  flag: string,
  { phase, plan }: { readonly phase: Phase; readonly plan: Plan },
  viewer: string | null,
  region: Region,
): Assignment {
  if (phase.at === "done") return { arm: "treatment", isCounted: false };
  const stage = isExposing(phase) ? plan.stages[phase.stage] : undefined;
  // Who is not signed in has no stable place on the ring.
  if (stage === undefined || viewer === null || !takesPart(stage, region))
    return { arm: "control", isCounted: false };
  const inside = isInside(bucketOf(flag, viewer), stage.share);
  return { arm: inside ? "treatment" : "control", isCounted: true };
}
