import { z } from "zod";

import { LIMITS } from "../../limits.ts";
import { NOTIFIED } from "../../tao/registry.ts";
import { cursorSchema, idSchema, pageOf, userSchema } from "../schemas.ts";

/** Alike things of one kind about one thing, together: "Ada and 4 others liked your post". */
export const notificationSchema = z
  .object({
    id: z.string().max(60).meta({ description: "Names the group; the newest of its members" }),
    kind: z.enum(NOTIFIED),
    actors: z.array(userSchema).max(3).meta({ description: "The newest few who did it" }),
    actorCount: z.int().min(1),
    post: z
      .object({ id: idSchema, text: z.string() })
      .nullable()
      .meta({ description: "What it is about, its text cut short; null for follows and friends" }),
    comment: z.object({ id: idSchema, text: z.string() }).nullable(),
    atMs: z.int().min(0),
    read: z.boolean(),
  })
  .meta({ id: "Notification" });

export const notificationPageSchema = pageOf(notificationSchema)
  .extend({ unread: z.int().min(0).meta({ description: "Groups that are not read, at most 99" }) })
  .meta({ id: "NotificationPage" });

export const unreadSchema = z.object({ unread: z.int().min(0) }).meta({ id: "Unread" });
export const readUpToSchema = z
  .strictObject({
    upToMs: z.int().min(0).meta({ description: "Everything at or before this Unix ms is read" }),
  })
  .meta({ id: "ReadUpTo" });

export const notificationQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(50).default(LIMITS.listPageDefault),
  cursor: cursorSchema.optional(),
});

export type NotificationKind = (typeof NOTIFIED)[number];
export type Notification = z.infer<typeof notificationSchema>;
export type NotificationPage = z.infer<typeof notificationPageSchema>;
