import { z } from "zod";

import { LIMITS } from "../limits.ts";

/** Why an operator does what they do: the log of actions shows it. */
export const reasonSchema = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.opsReasonCharsMax)
  .meta({ description: "Why: the log of actions shows it" });

/** One thing that an operator did whose own part of the system keeps no log. */
export const operatorActionSchema = z
  .object({
    id: z.string().meta({ description: "Newer ones sort first" }),
    atMs: z.number().meta({ description: "Unix ms" }),
    who: z.string().meta({ description: "The subject of their token" }),
    action: z.string().meta({ description: "The operation", example: "moveShard" }),
    target: z.string().meta({ description: "What it was done to", example: "shard 3 to apac" }),
    reason: z.string(),
    outcome: z.string().meta({
      description:
        "`done`, or the code of the failure; `asked`: it is under way, or nobody knows how it ended",
    }),
  })
  .meta({ id: "OperatorAction" });
export type OperatorAction = z.infer<typeof operatorActionSchema>;

export const actionListSchema = z
  .object({
    actions: z
      .array(operatorActionSchema)
      .meta({ description: `Newest first, ${LIMITS.opsActionsShown} at most` }),
  })
  .meta({ id: "OperatorActionList" });
export type ActionList = z.infer<typeof actionListSchema>;

/** Where the log is kept. Calls may reject. */
export interface ActionLog {
  /** Newest first. */
  list(limit: number): Promise<OperatorAction[]>;
  /** The same id again replaces what was written under it: its outcome is known by then. */
  write(action: OperatorAction): Promise<void>;
}

/** As many as any date until the year 5138 has. */
const DIGITS = 14;
const LAST_MS = 10 ** DIGITS - 1;

/** An id that sorts before those of earlier actions. @param random uniform in [0, 1). */
export const actionId = (atMs: number, random: number): string =>
  `${String(LAST_MS - atMs).padStart(DIGITS, "0")}-${Math.floor(random * 2 ** 32)
    .toString(16)
    .padStart(8, "0")}`;
