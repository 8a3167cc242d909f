import { z } from "zod";

import { LIMITS } from "../../limits.ts";
import { idSchema } from "../schemas.ts";

/** `dwell` of that long is one that counts: one does not read for so long by accident. */
const event = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("shown"),
      post: idSchema,
      place: z.int().min(0).max(LIMITS.eventPlaceMax).meta({ description: "From 0, the top" }),
    }),
    z.strictObject({ kind: z.literal("open"), post: idSchema }),
    z.strictObject({ kind: z.literal("hide"), post: idSchema }),
    z.strictObject({
      kind: z.literal("dwell"),
      post: idSchema,
      ms: z.int().min(0).max(LIMITS.eventDwellMsMax).meta({ description: "On the screen at once" }),
    }),
  ])
  .meta({ id: "FeedEvent" });

/** What became of posts of the caller's own feed pages, by the `slate` of each. */
export const feedEventsSchema = z
  .strictObject({
    slates: z
      .array(
        z.strictObject({
          slate: z.string().regex(/^[a-z0-9-]{3,40}$/, "`slate` of a page"),
          events: z.array(event).min(1).max(LIMITS.featureEventsMax),
        }),
      )
      .min(1)
      .max(LIMITS.eventSlatesMax),
  })
  .meta({ id: "FeedEvents" });
export const feedEventsTakenSchema = z
  .object({
    taken: z
      .int()
      .min(0)
      .meta({ description: "Events that were passed on; those that say nothing new count once" }),
  })
  .meta({ id: "FeedEventsTaken" });

export type FeedEvents = z.infer<typeof feedEventsSchema>;
export type FeedEventsTaken = z.infer<typeof feedEventsTakenSchema>;
