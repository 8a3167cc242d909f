import {
  notificationPageSchema,
  notificationQuerySchema,
  readUpToSchema,
  unreadSchema,
} from "../../../core/feed/notifications/schemas.ts";
import { operation } from "../operation.ts";

const common = { tag: "Notifications", access: "viewer", status: 200, cache: "personal" } as const;

export const notificationOperations = [
  operation({
    ...common,
    id: "notifications",
    method: "get",
    path: "/v1/notifications",
    summary: "What happened to you, alike things together, newest first",
    rate: "read",
    query: notificationQuerySchema,
    answer: notificationPageSchema,
    failures: ["invalid_cursor"],
    handle: ({ deps, ctx, query }) =>
      deps.feed.notifications(ctx, { limit: query.limit, cursor: query.cursor }),
  }),
  operation({
    ...common,
    id: "unread",
    method: "get",
    path: "/v1/notifications/unread",
    summary: "How many notifications you have not read",
    rate: "read",
    answer: unreadSchema,
    handle: ({ deps, ctx }) => deps.feed.unread(ctx),
  }),
  operation({
    ...common,
    id: "markRead",
    method: "put",
    path: "/v1/notifications/read",
    summary: "Everything up to a moment is read",
    rate: "write",
    body: readUpToSchema,
    answer: unreadSchema,
    failures: ["idempotency_mismatch"],
    handle: ({ deps, ctx, body }) => deps.feed.markRead(ctx, body.upToMs),
  }),
];
