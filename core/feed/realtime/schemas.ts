import { z } from "zod";

import { levelSchema } from "../../degradation/controller-service.ts";
import { LIMITS } from "../../limits.ts";
import { idSchema } from "../schemas.ts";
import { lifeText, placeNumber, placeOf, watchedPosts } from "./client-message.ts";
import type { NumberedMessage, ServerMessage } from "./port.ts";
import type { PollAnswer } from "./service.ts";

const number = placeNumber.meta({ description: "Number of the viewer's messages" });
const numbered = {
  seq: number,
  from: number.exactOptional().meta({
    description: "This message also stands for the numbers from here on, which later ones replaced",
  }),
};
const life = lifeText.meta({ description: "Names the count of `seq`", example: "mf3k2x1a-8g2k1" });

const numberedSchema: z.ZodType<NumberedMessage> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("new_posts"),
    ...numbered,
    count: z
      .int()
      .min(0)
      .max(LIMITS.newPostsMax)
      .meta({ description: `${LIMITS.newPostsMax} means that many or more` }),
    authors: z.array(idSchema).max(LIMITS.newPostAuthorsMax),
  }),
  z.object({ type: z.literal("revoke"), ...numbered, post: idSchema }),
  z.object({ type: z.literal("hide_author"), ...numbered, user: idSchema }),
  z.object({ type: z.literal("notifications"), ...numbered }),
]);
const count = z.int().min(0).exactOptional();

/** What a socket sends; a poll and an event stream send the same. */
export const serverMessageSchema: z.ZodType<ServerMessage> = z
  .union([
    numberedSchema,
    z.object({ type: z.literal("hello"), life, seq: number, resumed: z.boolean() }),
    z.object({
      type: z.literal("counts"),
      seq: number,
      post: idSchema,
      reactions: count,
      comments: count,
      reposts: count,
    }),
    z.object({ type: z.literal("gap"), seq: number, from: number, to: number }),
    z.object({
      type: z.literal("degraded"),
      level: levelSchema,
      readOnly: z.boolean(),
      message: z.string().nullable().meta({ description: "For people" }),
    }),
    z.object({ type: z.literal("pong"), seq: number.exactOptional() }),
  ])
  .meta({ id: "ServerMessage" });

export const pollAnswerSchema: z.ZodType<PollAnswer> = z
  .object({
    life,
    seq: number,
    resumed: z.boolean().meta({
      description: "false: something may be missing; fetch again what is on the screen",
    }),
    gap: z.object({ from: number, to: number }).nullable(),
    messages: z.array(serverMessageSchema),
  })
  .meta({ id: "RealtimePoll" });

export const socketTicketSchema = z
  .object({
    ticket: z.string().meta({ description: "For one connection" }),
    expiresAtMs: z.int().min(0),
  })
  .meta({ id: "SocketTicket" });
export type IssuedSocketTicket = z.infer<typeof socketTicketSchema>;

const whole = (max: number) =>
  z
    .string()
    .regex(/^(?:0|[1-9]\d{0,15})$/, "a whole number")
    .transform(Number)
    .pipe(z.int().max(max));
const place = { life: life.optional(), after: whole(Number.MAX_SAFE_INTEGER).optional() };
const watch = z
  .string()
  .max(LIMITS.socketMessageCharsMax)
  .transform((text) => (text === "" ? [] : text.split(",")))
  .pipe(watchedPosts)
  .optional()
  .meta({ description: `Posts on the screen, at most ${LIMITS.watchedPostsMax}, with commas` });

const ticket = z
  .string()
  .max(LIMITS.socketTicketCharsMax)
  .optional()
  .meta({ description: "Where no Authorization header can be set" });

export const socketQuerySchema = z.object({ ticket });
export const eventsQuerySchema = z.object({ ticket, ...place, watch });
export const pollQuerySchema = z.object({
  ...place,
  watch,
  wait: whole(LIMITS.pollWaitMsMax)
    .optional()
    .meta({ description: "How long to wait for news, milliseconds; at once without" }),
});

export const queryPlace = ({
  life: of,
  after,
}: {
  life?: string | undefined;
  after?: number | undefined;
}) => placeOf(of, after);
