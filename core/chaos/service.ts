import { z } from "zod";

import type { Failure } from "../errors.ts";
import type { Result } from "../result.ts";
import { type Fault, faultSchema, type NewFault } from "./fault.ts";
import { DRILL_LIMITS } from "./limits.ts";

export const drillListSchema = z
  .object({
    revision: z.int().meta({ description: "A new drill must name the one it was decided on" }),
    active: z.array(faultSchema),
    audit: z
      .array(
        z.object({
          atMs: z.number().meta({ description: "Unix ms" }),
          revision: z.int(),
          what: z.enum(["started", "stopped", "expired"]),
          fault: faultSchema,
          by: z.string(),
          reason: z.string(),
        }),
      )
      .meta({ description: "Newest first, the last 200" }),
  })
  .meta({ id: "DrillList" });
export type DrillList = z.infer<typeof drillListSchema>;

export const drillStopSchema = z
  .strictObject({ reason: z.string().trim().min(1).max(DRILL_LIMITS.drillReasonCharsMax) })
  .meta({ id: "DrillStop" });
export type DrillStop = z.infer<typeof drillStopSchema>;

/** RPC contract of the board that says which drills are going on. Exists in builds with drills only. */
export interface DrillBoardService {
  /** For isolates: one small call a second each. */
  active(): Promise<readonly Fault[]>;
  list(): Promise<DrillList>;
  /** @returns `conflict` when something has changed since `revision`, `limit_reached` for one too many. */
  start(wanted: NewFault, by: string): Promise<Result<DrillList, Failure>>;
  /** @returns `not_found` for one that is not going on. */
  stop(id: string, reason: string, by: string): Promise<Result<DrillList, Failure>>;
  stopAll(reason: string, by: string): Promise<Result<DrillList, Failure>>;
}
