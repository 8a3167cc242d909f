import {
  feedPageSchema,
  feedQuerySchema,
  newPostsQuerySchema,
  newPostsSchema,
} from "../../../core/feed/schemas.ts";
import { operation } from "../operation.ts";

export const feedOperations = [
  operation({
    id: "feed",
    method: "get",
    path: "/v1/feed",
    tag: "Feed",
    summary: "One page of the home feed",
    access: "viewer",
    rate: "read",
    cache: "personal",
    query: feedQuerySchema,
    status: 200,
    answer: feedPageSchema,
    failures: ["invalid_cursor"],
    handle: ({ deps, ctx, query }) =>
      deps.feed.home(ctx, { mode: query.mode, limit: query.limit, cursor: query.cursor }),
  }),
  operation({
    id: "newPosts",
    method: "get",
    path: "/v1/feed/new",
    tag: "Feed",
    summary: "How much came to the home feed since a page was read",
    access: "viewer",
    rate: "read",
    cache: "personal",
    query: newPostsQuerySchema,
    status: 200,
    answer: newPostsSchema,
    handle: ({ deps, ctx, query }) => deps.feed.newPosts(ctx, query.since),
  }),
];
