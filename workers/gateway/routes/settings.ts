import { settingsSchema } from "../../../core/feed/schemas.ts";
import { operation } from "../operation.ts";

const common = {
  path: "/v1/settings",
  tag: "Settings",
  access: "viewer",
  status: 200,
  answer: settingsSchema,
} as const;

export const settingsOperations = [
  operation({
    ...common,
    id: "settings",
    method: "get",
    summary: "Your settings",
    rate: "read",
    cache: "revalidate",
    handle: ({ deps, ctx }) => deps.feed.settings(ctx),
  }),
  operation({
    ...common,
    id: "updateSettings",
    method: "put",
    summary: "Replace your settings",
    rate: "write",
    cache: "personal",
    body: settingsSchema,
    failures: ["idempotency_mismatch"],
    handle: ({ deps, ctx, body }) => deps.feed.updateSettings(ctx, body),
  }),
];
