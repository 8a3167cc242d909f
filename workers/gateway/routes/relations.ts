import { pageQuerySchema, profileSchema, userPageSchema } from "../../../core/feed/schemas.ts";
import type { OwnList, Relation } from "../../../core/feed/service.ts";
import { operation } from "../operation.ts";
import { userPath } from "./paths.ts";

const tag = "Relations";
const relate = (id: string, relation: Relation, summary: string) =>
  operation({
    id,
    method: "put",
    path: `/v1/users/{user}/${relation}`,
    tag,
    summary: `${summary}; repeating is harmless`,
    access: "viewer",
    rate: "write",
    cache: "personal",
    params: userPath,
    status: 200,
    answer: profileSchema,
    failures: ["not_found", "conflict", "limit_reached", "idempotency_mismatch"],
    handle: ({ deps, ctx, params }) => deps.feed.relate(ctx, params.user, relation),
  });

const unrelate = (id: string, relation: Relation, summary: string) =>
  operation({
    id,
    method: "delete",
    path: `/v1/users/{user}/${relation}`,
    tag,
    summary: `${summary}; always possible, and harmless when there is nothing to undo`,
    access: "viewer",
    rate: "write",
    cache: "personal",
    params: userPath,
    status: 204,
    answer: null,
    failures: ["idempotency_mismatch"],
    handle: ({ deps, ctx, params }) => deps.feed.unrelate(ctx, params.user, relation),
  });

const ownList = (id: string, list: OwnList, summary: string) =>
  operation({
    id,
    method: "get",
    path: `/v1/${list}`,
    tag,
    summary,
    access: "viewer",
    rate: "read",
    cache: "personal",
    query: pageQuerySchema,
    status: 200,
    answer: userPageSchema,
    failures: ["invalid_cursor"],
    handle: ({ deps, ctx, query }) =>
      deps.feed.ownList(ctx, list, { limit: query.limit, cursor: query.cursor }),
  });

export const relationOperations = [
  relate("follow", "follow", "Follow a user"),
  unrelate("unfollow", "follow", "Stop following a user"),
  relate("befriend", "friend", "Ask a user to be your friend, or accept that they asked"),
  unrelate("unfriend", "friend", "End a friendship, take a request back or decline one"),
  relate("block", "block", "Block a user: neither sees the other any more"),
  unrelate("unblock", "block", "Unblock a user"),
  relate("mute", "mute", "Hide a user's posts from your feed; they do not notice"),
  unrelate("unmute", "mute", "Show a user's posts again"),
  ownList("blocks", "blocks", "Users you block"),
  ownList("mutes", "mutes", "Users you mute"),
  ownList("friendRequests", "friend-requests", "Users who asked to be your friend"),
];
