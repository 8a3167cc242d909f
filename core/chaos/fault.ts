import { z } from "zod";

import {
  DRILL_DEPENDENCIES,
  type DrillDependency,
  FAILURES,
  type FaultKind,
  KINDS_OF,
  OPERATIONS,
} from "./kinds.ts";
import { DRILL_LIMITS } from "./limits.ts";

/** One for all regions: it cannot be at fault in one of them. */
const EVERYWHERE: readonly DrillDependency[] = ["fanout-queue", "media"];

const common = {
  dependency: z.enum(DRILL_DEPENDENCIES),
  region: z
    .string()
    .regex(/^[a-z0-9-]{2,20}$/, 'the name of a region, or "all"')
    .default("all"),
  operations: z
    .enum(OPERATIONS)
    .default("all")
    .meta({ description: "Which calls, where a dependency has both" }),
};
const share = z
  .number()
  .gt(0)
  .max(1)
  .default(1)
  .meta({ description: "Of those calls, each by chance" });
const latencyMs = (min: number) => z.int().min(min).max(DRILL_LIMITS.drillLatencyMsMax);
const { drillSkewMsMax: skewMax } = DRILL_LIMITS;

const latency = { kind: z.literal("latency"), ms: latencyMs(1), jitterMs: latencyMs(0).default(0) };
const errors = {
  kind: z.literal("errors"),
  failure: z.enum(FAILURES).default("unavailable"),
};
const partition = { kind: z.literal("partition") };
const kill = { kind: z.literal("kill") };
/** Of a clock there is no share. */
const clockSkew = { kind: z.literal("clock-skew"), ms: z.int().min(-skewMax).max(skewMax) };

const lasting = {
  reason: z.string().trim().min(1).max(DRILL_LIMITS.drillReasonCharsMax),
  minutes: z.number().min(DRILL_LIMITS.drillMinutesMin).max(DRILL_LIMITS.drillMinutesMax),
  revision: z.int().min(0).meta({ description: "Of the list that you saw when you decided" }),
};

interface Combination {
  readonly dependency: DrillDependency;
  readonly kind: FaultKind;
  readonly region: string;
}

/** @returns what is wrong with the combination, and in which field. */
function misfit({ dependency, kind, region }: Combination): {
  readonly field: "kind" | "region";
  readonly reason: string;
} | null {
  const kinds = KINDS_OF[dependency];
  if (!kinds.includes(kind))
    return { field: "kind", reason: `${dependency} can have ${kinds.join(", ")}` };
  if (dependency === "region" && region === "all")
    return { field: "region", reason: "say which one is to be unreachable" };
  if (EVERYWHERE.includes(dependency) && region !== "all")
    return { field: "region", reason: `there is one ${dependency} for all regions` };
  return null;
}

/** What an operator asks for. A combination that cannot be is refused by the field that is to blame. */
export const newFaultSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ ...common, ...latency, share, ...lasting }),
    z.strictObject({ ...common, ...errors, share, ...lasting }),
    z.strictObject({ ...common, ...partition, share, ...lasting }),
    z.strictObject({ ...common, ...kill, share, ...lasting }),
    z.strictObject({ ...common, ...clockSkew, ...lasting }),
  ])
  .superRefine((wanted, context) => {
    const wrong = misfit(wanted);
    if (wrong !== null)
      context.addIssue({ code: "custom", path: [wrong.field], message: wrong.reason });
  })
  .meta({ id: "NewDrill" });
export type NewFault = z.infer<typeof newFaultSchema>;
/** As a caller sends it: what has a default may be left out. */
export type NewDrill = z.input<typeof newFaultSchema>;

const started = {
  id: z.string(),
  startedMs: z.number().meta({ description: "Unix ms" }),
  untilMs: z.number().meta({ description: "Unix ms: it ends then by itself" }),
  reason: z.string(),
  by: z.string().meta({ description: "Who: the subject of their token" }),
};

/** A fault as it is going on. */
export const faultSchema = z
  .discriminatedUnion("kind", [
    z.object({ ...common, ...latency, share, ...started }),
    z.object({ ...common, ...errors, share, ...started }),
    z.object({ ...common, ...partition, share, ...started }),
    z.object({ ...common, ...kill, share, ...started }),
    z.object({ ...common, ...clockSkew, ...started }),
  ])
  .meta({ id: "Drill" });
export type Fault = z.infer<typeof faultSchema>;
