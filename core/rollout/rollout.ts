import { z } from "zod";

import { ACTIONS } from "./command.ts";
import { FLAG_KEYS, type FlagKey, KINDS } from "./flags.ts";
import { GUARDS } from "./guards.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";
import type { Phase } from "./phase.ts";
import { type Plan, planSchema } from "./plan.ts";

/** One change on its way to everybody. Times are Unix ms. */
export interface Rollout {
  readonly id: string;
  readonly flag: FlagKey;
  /** What everybody had when it started, and has who is not in the treatment. */
  readonly control: unknown;
  /** Checked by the flag's schema. */
  readonly treatment: unknown;
  readonly plan: Plan;
  readonly phase: Phase;
  /** Of the document, when this one changed last. */
  readonly revision: number;
  readonly createdMs: number;
  readonly startedMs: number | null;
}

/** All that an isolate needs to evaluate every flag. */
export interface RolloutDocument {
  readonly revision: number;
  readonly rollouts: readonly Rollout[];
}

const AUDITED = ["create", ...ACTIONS, "advance", "hold", "finish", "roll_back"] as const;

export const auditEntrySchema = z
  .object({
    seq: z.int().meta({ description: "Grows by one with every entry" }),
    atMs: z.number().meta({ description: "Unix ms" }),
    who: z.string().meta({ description: "The subject of a token, or `guards`" }),
    reason: z.string(),
    action: z.enum(AUDITED),
    rollout: z.string(),
    flag: z.enum(FLAG_KEYS),
    before: z.int().nullable().meta({ description: "The rollout's revision" }),
    after: z.int(),
    from: z.string().nullable().meta({ description: "Its phase, with the stage counted from 1" }),
    to: z.string(),
  })
  .meta({ id: "RolloutAuditEntry" });
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export type AuditDraft = Omit<AuditEntry, "seq">;

const reason = z.string().trim().min(1).max(ROLLOUT_LIMITS.rolloutReasonCharsMax);
export const rolloutId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, "a-z, 0-9 and -")
  .max(ROLLOUT_LIMITS.rolloutKeyCharsMax);

const armValue = z
  .unknown()
  .refine(
    (value) => (JSON.stringify(value) ?? "").length <= ROLLOUT_LIMITS.rolloutValueCharsMax,
    `at most ${ROLLOUT_LIMITS.rolloutValueCharsMax} characters of JSON`,
  );

export const newRolloutSchema = z
  .strictObject({
    id: rolloutId.meta({ description: "A name of your choice", example: "weights-2026-11" }),
    flag: z.enum(FLAG_KEYS),
    treatment: armValue,
    plan: planSchema.prefault({}),
    reason,
  })
  .meta({ id: "NewRollout" });
/** As an operator writes it: what is left out has a default. */
export type RolloutWish = z.input<typeof newRolloutSchema>;
export type NewRollout = Omit<z.infer<typeof newRolloutSchema>, "reason">;

export const rolloutActionSchema = z
  .strictObject({
    action: z.enum(ACTIONS),
    revision: z.int().min(1).nullable().meta({
      description: "Of the rollout as you saw it; null, for `kill` alone: whatever it is",
    }),
    reason,
  })
  .meta({ id: "RolloutAction" });
export type RolloutAction = z.infer<typeof rolloutActionSchema>;

const verdictSchema = z.object({
  guard: z.enum(GUARDS),
  outcome: z.enum(["pass", "worse", "not_enough_data"]),
  control: z.number(),
  treatment: z.number(),
  harm: z
    .object({ estimate: z.number(), low: z.number().nullable(), high: z.number().nullable() })
    .meta({ description: "Beyond what is tolerated; bounds hold at every look, null: none yet" }),
});

const armSeenSchema = z.object({
  viewers: z.number().meta({ description: "Different ones, within some 5 %" }),
  pages: z.number(),
});

/** A rollout as operators see it. */
export const rolloutViewSchema = z
  .object({
    id: z.string(),
    flag: z.enum(FLAG_KEYS),
    kind: z.enum(KINDS),
    revision: z.int(),
    phase: z.looseObject({ at: z.string() }).meta({
      description:
        "draft, running, holding (not enough data), paused, rolled_back (with the guard), aborted, done or killed",
    }),
    share: z.number().meta({ description: "Of the viewers of its regions, in 1/10,000" }),
    regions: z.array(z.string()).nullable(),
    control: z.unknown(),
    treatment: z.unknown(),
    plan: z.looseObject({}),
    seen: z
      .object({ control: armSeenSchema, treatment: armSeenSchema })
      .nullable()
      .meta({ description: "In its last stage; null: nothing yet" }),
    verdicts: z.array(verdictSchema),
    createdMs: z.number(),
    startedMs: z.number().nullable(),
  })
  .meta({ id: "Rollout" });
export type RolloutView = z.infer<typeof rolloutViewSchema>;

export const rolloutListSchema = z
  .object({
    revision: z.int(),
    rollouts: z.array(rolloutViewSchema),
    audit: z.array(auditEntrySchema).meta({ description: "Newest first" }),
    regions: z
      .array(z.object({ region: z.string(), revision: z.int(), agoMs: z.number() }))
      .meta({ description: "What each region's copy knew when it asked last" }),
  })
  .meta({ id: "RolloutList" });
export type RolloutList = z.infer<typeof rolloutListSchema>;
