import { z } from "zod";

import { type Id, parseId } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { Place } from "./stream.ts";

export type Heard =
  | { readonly type: "resume"; readonly place: Place | null }
  | { readonly type: "watch"; readonly posts: readonly Id[] }
  | { readonly type: "caught_up" }
  | { readonly type: "ping" };

export const lifeText = z.string().regex(/^[a-z0-9-]{1,40}$/);
export const placeNumber = z.int().min(0);
const idText = z.string().transform((text, context): Id => {
  const id = parseId(text);
  if (id !== null) return id;
  context.addIssue({ code: "custom", message: "is no id" });
  return z.NEVER;
});
/** Of one connection. */
export const MESSAGE_RATE = {
  name: "socket-messages",
  perSecond: LIMITS.socketMessagesPerSecond,
  burst: LIMITS.socketMessagesBurst,
};

/** Posts to follow: a set, in the order of the screen. */
export const watchedPosts = z
  .array(idText)
  .max(LIMITS.watchedPostsMax)
  .transform((ids) => [...new Set(ids)]);

const schema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("resume"),
    life: lifeText.optional(),
    after: placeNumber.optional(),
  }),
  z.strictObject({ type: z.literal("watch"), posts: watchedPosts }),
  z.strictObject({ type: z.literal("caught_up") }),
  z.strictObject({ type: z.literal("ping") }),
]);

/** @returns null for anything that is no message of the protocol. */
export function parseClientMessage(text: string): Heard | null {
  if (text.length > LIMITS.socketMessageCharsMax) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return null;
  const message = parsed.data;
  if (message.type !== "resume") return message;
  return { type: "resume", place: placeOf(message.life, message.after) };
}

/** Half a place is none. */
export const placeOf = (life: string | undefined, seq: number | undefined): Place | null =>
  life === undefined || seq === undefined ? null : { life, seq };
