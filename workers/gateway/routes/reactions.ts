import { z } from "zod";

import {
  pageQuerySchema,
  reactionKindSchema,
  reactionPageSchema,
  reactionSchema,
} from "../../../core/feed/schemas.ts";
import type { Reactable } from "../../../core/feed/service.ts";
import { operation } from "../operation.ts";
import { idPath } from "./paths.ts";

const tag = "Reactions";
const stateSchema = z
  .object({ reaction: reactionKindSchema.nullable(), reactions: z.int() })
  .meta({ id: "ReactionState", description: "Your reaction, and how many there are in all" });

/** Posts and comments take reactions in the same way. */
const operationsOn = (on: Reactable, name: "Post" | "Comment") => {
  const path = `/v1/${on}s/{id}/reaction`;
  return [
    operation({
      id: `reactTo${name}`,
      method: "put",
      path,
      tag,
      summary: `React to a ${on}, or change your reaction`,
      access: "viewer",
      rate: "write",
      cache: "personal",
      params: idPath,
      body: reactionSchema,
      status: 200,
      answer: stateSchema,
      failures: ["not_found", "limit_reached", "idempotency_mismatch"],
      handle: ({ deps, ctx, params, body }) => deps.feed.react(ctx, on, params.id, body.kind),
    }),
    operation({
      id: `unreactTo${name}`,
      method: "delete",
      path,
      tag,
      summary: `Take your reaction to a ${on} back`,
      access: "viewer",
      rate: "write",
      cache: "personal",
      params: idPath,
      status: 200,
      answer: stateSchema,
      failures: ["not_found", "idempotency_mismatch"],
      handle: ({ deps, ctx, params }) => deps.feed.react(ctx, on, params.id, null),
    }),
    operation({
      id: `${on}Reactions`,
      method: "get",
      path: `/v1/${on}s/{id}/reactions`,
      tag,
      summary: `Who reacted to a ${on}`,
      access: "viewer",
      rate: "read",
      cache: "personal",
      params: idPath,
      query: pageQuerySchema,
      status: 200,
      answer: reactionPageSchema,
      failures: ["not_found", "invalid_cursor"],
      handle: ({ deps, ctx, params, query }) =>
        deps.feed.reactions(ctx, on, params.id, { limit: query.limit, cursor: query.cursor }),
    }),
  ];
};

export const reactionOperations = [
  ...operationsOn("post", "Post"),
  ...operationsOn("comment", "Comment"),
];
