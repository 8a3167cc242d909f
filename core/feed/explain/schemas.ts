import { z } from "zod";

import { FEED_PAGE_MODES } from "../page-modes.ts";
import { FEED_SOURCES, idSchema } from "../schemas.ts";

const timeMs = z.int().min(0);

/** A part of a score, or of what was taken off it. Contributions and penalties add up to `score`. */
const part = z.object({
  name: z.string().meta({ description: "Stable name, such as `freshness`" }),
  says: z.string().meta({ description: "One sentence for the reader" }),
  value: z.number(),
  probability: z.number().nullable().meta({
    description: "What the model expects, 0 to 1; null where a rule of yours speaks",
  }),
  weight: z.number().nullable().meta({ description: "Times `probability` is `value`" }),
});

/** Why an item is where it is. */
export const whySchema = z
  .object({
    post: idSchema,
    source: z.enum(FEED_SOURCES),
    mode: z.enum(FEED_PAGE_MODES).meta({ description: "How the page that shows it is made" }),
    reason: z.string().meta({ description: "Why this mode, as on the page" }),
    score: z.number().nullable().meta({ description: "null in the order of time" }),
    contributions: z.array(part),
    penalties: z.array(part),
    model: z.string().nullable().meta({ description: "Version of the model that scored it" }),
    weights: z.string().nullable().meta({ description: "Version of the weights" }),
    borrowed: z.enum(["author", "newest"]).nullable().meta({
      description:
        "It came after the scoring, and is taken to be like its author's newest post, or like the newest few; null: the model scored itself",
    }),
    ageMs: z.int().min(0).meta({ description: "Age of the scores" }),
  })
  .meta({ id: "Why" });

export const WHY_NOT_VERDICTS = [
  "shown",
  "not_a_source",
  "not_fanned_out_yet",
  "filtered",
  "outranked",
  "seen",
  "too_old",
] as const;

/** Why a post is not in the viewer's feed, step by step; what the viewer may not see is `not_found`. */
export const whyNotSchema = z
  .object({
    post: idSchema,
    verdict: z.enum(WHY_NOT_VERDICTS),
    says: z.string().meta({ description: "The verdict as one sentence" }),
    steps: z.array(
      z.object({
        stage: z.enum(["source", "fan_out", "cache", "filter", "score", "select", "seen"]),
        passed: z.boolean(),
        says: z.string(),
        atMs: timeMs.nullable(),
      }),
    ),
  })
  .meta({ id: "WhyNot" });

export const whyQuerySchema = z.object({ post: idSchema });

const place = z.object({ timeMs, id: idSchema });
/** From the newest to the oldest post that was on a screen, both included, in the order of time. */
export const seenRangeSchema = z.object({ from: place, to: place }).meta({ id: "SeenRange" });
export const seenSchema = z
  .strictObject({ ranges: z.array(seenRangeSchema).min(1).max(20) })
  .meta({ id: "Seen" });
export const seenStateSchema = z
  .object({ ranges: z.array(seenRangeSchema) })
  .meta({ id: "SeenState" });

export const feedbackSchema = z
  .strictObject({ kind: z.enum(["more", "less"]) })
  .meta({ id: "Feedback" });
export const feedbackStateSchema = z
  .object({ post: idSchema, kind: z.enum(["more", "less"]).nullable() })
  .meta({ id: "FeedbackState" });

export type Why = z.infer<typeof whySchema>;
export type WhyNot = z.infer<typeof whyNotSchema>;
export type SeenRange = z.infer<typeof seenRangeSchema>;
export type SeenState = z.infer<typeof seenStateSchema>;
export type FeedbackState = z.infer<typeof feedbackStateSchema>;
