import {
  commentPageSchema,
  commentSchema,
  newCommentSchema,
  pageQuerySchema,
} from "../../../core/feed/schemas.ts";
import { commentTag, tagsOfComments } from "../../../core/http/tags.ts";
import { operation } from "../operation.ts";
import { idPath } from "./paths.ts";

const tag = "Comments";

export const commentOperations = [
  operation({
    id: "comments",
    method: "get",
    path: "/v1/posts/{id}/comments",
    tag,
    summary: "Comments of a post",
    access: "anyone",
    rate: "read",
    cache: "public",
    tags: (page, { id }) => tagsOfComments(id, page),
    params: idPath,
    query: pageQuerySchema,
    status: 200,
    answer: commentPageSchema,
    failures: ["not_found", "invalid_cursor"],
    handle: ({ deps, ctx, params, query }) =>
      deps.feed.comments(ctx, params.id, { limit: query.limit, cursor: query.cursor }),
  }),
  operation({
    id: "addComment",
    method: "post",
    path: "/v1/posts/{id}/comments",
    tag,
    summary: "Comment on a post, or reply to a comment",
    access: "viewer",
    rate: "write",
    cache: "personal",
    params: idPath,
    body: newCommentSchema,
    status: 201,
    answer: commentSchema,
    failures: ["not_found", "limit_reached", "idempotency_mismatch"],
    handle: ({ deps, ctx, params, body }) => deps.feed.addComment(ctx, params.id, body),
  }),
  operation({
    id: "deleteComment",
    method: "delete",
    path: "/v1/comments/{id}",
    tag,
    summary: "Delete your comment",
    access: "viewer",
    rate: "write",
    cache: "personal",
    params: idPath,
    status: 204,
    answer: null,
    failures: ["not_found", "forbidden", "idempotency_mismatch"],
    purges: ({ params }) => [commentTag(params.id)],
    handle: ({ deps, ctx, params }) => deps.feed.deleteComment(ctx, params.id),
  }),
];
