import { z } from "zod";

import type { Region } from "../regions/regions.ts";
import { GUARDS, guardsSchema } from "./guards.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";

const ALL = ROLLOUT_LIMITS.rolloutBuckets;
/** Of a stage's viewers, in 1/10,000: fewer could not tell what is normal. */
const CONTROL_MIN = 1_000;

export const stageSchema = z.strictObject({
  share: z
    .number()
    .int()
    .min(1)
    .max(ALL)
    .meta({ description: "Viewers who get the treatment, in 1/10,000", example: 500 }),
  regions: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(32)
    .nullable()
    .default(null)
    .meta({ description: "Only in these; null: everywhere", example: null }),
});
export type Stage = z.infer<typeof stageSchema>;

const DEFAULT_STAGES: Stage[] = [100, 500, 2_500, 5_000, ALL].map((share) => ({
  share,
  regions: null,
}));

/** How a rollout goes on: its steps, what each has to show, and what stops it. */
export const planSchema = z
  .strictObject({
    stages: z
      .array(stageSchema)
      .min(2)
      .max(ROLLOUT_LIMITS.rolloutStagesMax)
      .default(DEFAULT_STAGES),
    bakeMs: z
      .number()
      .int()
      .min(1_000)
      .max(ROLLOUT_LIMITS.rolloutBakeMsMax)
      .default(600_000)
      .meta({ description: "How long each stage lasts at least, ms", example: 600_000 }),
    sample: z
      .strictObject({
        pages: z.number().int().min(1).max(1e9).default(1_000),
        viewers: z.number().int().min(1).max(1e9).default(100),
      })
      .prefault({})
      .meta({ description: "What each arm of each stage needs at least" }),
    guards: guardsSchema.prefault({}),
    falseStop: z
      .number()
      .min(0.001)
      .max(0.2)
      .default(0.05)
      .meta({ description: "Chance to stop a harmless rollout, over all stages and guards" }),
  })
  .superRefine(({ stages }, refine) => {
    const wrong = wrongStage(stages);
    if (wrong !== null)
      refine.addIssue({ code: "custom", path: ["stages", wrong.index], message: wrong.reason });
  });
export type Plan = z.infer<typeof planSchema>;

function wrongStage(stages: readonly Stage[]): { index: number; reason: string } | null {
  for (const [index, stage] of stages.entries()) {
    const before = stages[index - 1];
    const isLast = index === stages.length - 1;
    if (before !== undefined && !includes(stage, before))
      return { index, reason: "must include everybody whom the stage before it includes" };
    if (isLast && (stage.share < ALL || stage.regions !== null))
      return { index, reason: `the last stage is share ${ALL}, everywhere` };
    if (!isLast && ALL - stage.share < CONTROL_MIN)
      return { index, reason: `must leave ${CONTROL_MIN} of ${ALL} as the control group` };
  }
  return null;
}

const includes = (stage: Stage, before: Stage): boolean =>
  stage.share >= before.share &&
  (stage.regions === null ||
    (before.regions ?? [null]).every((region) => stage.regions?.includes(region ?? "")));

/** Whether a region's viewers are in the experiment of a stage, on either side. */
export const takesPart = ({ regions }: Stage, region: Region): boolean =>
  regions === null || regions.includes(region);

/** What one guard may err in one stage, so that all of them together err as seldom as the plan says. */
export const alphaOf = ({ stages, falseStop }: Plan): number =>
  falseStop / ((stages.length - 1) * GUARDS.length);
