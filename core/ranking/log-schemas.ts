import { z } from "zod";

import { RANK_LOG_PREFIX } from "./log-segment.ts";

/** As `segmentOf` names them. */
const key = z
  .string()
  .max(200)
  .regex(new RegExp(`^${RANK_LOG_PREFIX}[a-z0-9./-]+\\.jsonl$`), "a segment's key")
  .meta({
    example: `${RANK_LOG_PREFIX}2026-11-17/feature-bucket.us-east.0/mx13we62-bh31yrf7.jsonl`,
  });

export const rankLogQuerySchema = z.object({
  after: key.optional().meta({ description: "Segments whose keys come after this one" }),
});
/** Keys in their own order, which begins with the day. */
export const rankLogSchema = z
  .object({
    items: z.array(z.object({ key, bytes: z.int().min(0), writtenMs: z.int().min(0) })),
    more: z.boolean().meta({ description: "Ask again, `after` the last key" }),
  })
  .meta({ id: "RankLog" });

export const rankLogSegmentQuerySchema = z.object({ key });
export const rankLogSegmentSchema = z
  .object({ key, text: z.string().meta({ description: "A record per line, as JSON" }) })
  .meta({ id: "RankLogSegment" });

export type RankLog = z.infer<typeof rankLogSchema>;
export type RankLogSegment = z.infer<typeof rankLogSegmentSchema>;
