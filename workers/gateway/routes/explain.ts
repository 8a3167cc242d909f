import { z } from "zod";

import {
  feedbackSchema,
  feedbackStateSchema,
  seenSchema,
  seenStateSchema,
  whyNotSchema,
  whyQuerySchema,
  whySchema,
} from "../../../core/feed/explain/schemas.ts";
import {
  feedEventsSchema,
  feedEventsTakenSchema,
} from "../../../core/feed/explain/event-schemas.ts";
import { idSchema } from "../../../core/feed/schemas.ts";
import { operation } from "../operation.ts";

const common = { tag: "Feed", access: "viewer", status: 200, cache: "personal" } as const;
const postPath = z.object({ post: idSchema });

export const explainOperations = [
  operation({
    ...common,
    id: "why",
    method: "get",
    path: "/v1/feed/why",
    summary: "Why a post is where it is in your feed: parts that add up to its score",
    rate: "read",
    query: whyQuerySchema,
    answer: whySchema,
    failures: ["not_found"],
    handle: ({ deps, ctx, query }) => deps.feed.why(ctx, query.post),
  }),
  operation({
    ...common,
    id: "whyNot",
    method: "get",
    path: "/v1/feed/why-not",
    summary: "Why a post is not in your feed, step by step",
    rate: "read",
    query: whyQuerySchema,
    answer: whyNotSchema,
    failures: ["not_found"],
    handle: ({ deps, ctx, query }) => deps.feed.whyNot(ctx, query.post),
  }),
  operation({
    ...common,
    id: "seen",
    method: "get",
    path: "/v1/feed/seen",
    summary: "Stretches of your feed that were on one of your screens",
    rate: "read",
    answer: seenStateSchema,
    handle: ({ deps, ctx }) => deps.feed.seen(ctx),
  }),
  operation({
    ...common,
    id: "reportSeen",
    method: "post",
    path: "/v1/feed/seen",
    summary: "Add stretches that were on a screen",
    rate: "write",
    body: seenSchema,
    answer: seenStateSchema,
    failures: ["idempotency_mismatch"],
    handle: ({ deps, ctx, body }) => deps.feed.markSeen(ctx, body.ranges),
  }),
  operation({
    ...common,
    id: "reportEvents",
    method: "post",
    path: "/v1/feed/events",
    summary: "What became of posts on your feed pages: shown, opened, read, hidden",
    note: "Each says something once for a slate, however often it is sent; of posts that were not in it, nothing. What you write (reactions, comments, reposts, follows, wishes) counts by itself.",
    rate: "write",
    body: feedEventsSchema,
    answer: feedEventsTakenSchema,
    handle: ({ deps, ctx, body }) => deps.feed.noteEvents(ctx, body),
  }),
  operation({
    ...common,
    id: "setFeedback",
    method: "put",
    path: "/v1/feed/feedback/{post}",
    summary: "More or less like this post, for two weeks",
    rate: "write",
    params: postPath,
    body: feedbackSchema,
    answer: feedbackStateSchema,
    failures: ["not_found", "limit_reached", "idempotency_mismatch"],
    handle: ({ deps, ctx, params, body }) => deps.feed.giveFeedback(ctx, params.post, body.kind),
  }),
  operation({
    ...common,
    id: "clearFeedback",
    method: "delete",
    path: "/v1/feed/feedback/{post}",
    summary: "Take back what you said about a post",
    rate: "write",
    params: postPath,
    answer: feedbackStateSchema,
    failures: ["not_found", "idempotency_mismatch"],
    handle: ({ deps, ctx, params }) => deps.feed.giveFeedback(ctx, params.post, null),
  }),
];
