import { z } from "zod";

import * as schemas from "../../core/feed/schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import { PRIORITIES } from "../../core/resilience/priority.ts";

/** What the gateway tells the feed Worker of a request. */
export const contextSchema = z.strictObject({
  viewer: schemas.idSchema.nullable(),
  region: z.enum(["us-east", "us-west", "eu-west", "apac", "mars"]),
  ticket: z
    .string()
    .max(LIMITS.ticketsMax * (LIMITS.ticketCharsMax + 1))
    .nullable(),
  consistency: z.enum(["eventual", "ticket", "leader"]),
  allowStale: z.boolean(),
  idempotencyKey: z.string().min(1).max(LIMITS.idempotencyKeyCharsMax).nullable(),
  deadlineMs: z.number(),
  trace: z.object({ trace: z.string().length(32), span: z.string().length(16) }).exactOptional(),
  priority: z.enum(PRIORITIES).optional(),
});
