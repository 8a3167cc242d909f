import { newPostSchema, postPatchSchema, postSchema } from "../../../core/feed/schemas.ts";
import { postTag, tagsOfPost, userTag } from "../../../core/http/tags.ts";
import { firstMissing } from "../../../platform/media-store.ts";
import { operation } from "../operation.ts";
import { notUploaded } from "./media.ts";
import { idPath } from "./paths.ts";

const tag = "Posts";
const path = "/v1/posts/{id}";

export const postOperations = [
  operation({
    id: "createPost",
    method: "post",
    path: "/v1/posts",
    tag,
    summary: "Write a post, a quote or a repost",
    access: "viewer",
    rate: "write",
    cache: "personal",
    body: newPostSchema,
    status: 201,
    answer: postSchema,
    failures: ["not_found", "limit_reached", "idempotency_mismatch"],
    async handle({ deps, ctx, body }) {
      const keys = body.media.map(({ key }) => key);
      const missing = await firstMissing(deps.media, keys);
      return missing < 0 ? deps.feed.createPost(ctx, body) : notUploaded(`media.${missing}.key`);
    },
  }),
  operation({
    id: "post",
    method: "get",
    path,
    tag,
    summary: "One post",
    access: "anyone",
    rate: "read",
    cache: "public",
    tags: tagsOfPost,
    params: idPath,
    status: 200,
    answer: postSchema,
    failures: ["not_found"],
    handle: ({ deps, ctx, params }) => deps.feed.post(ctx, params.id),
  }),
  operation({
    id: "setAudience",
    method: "patch",
    path,
    tag,
    summary: "Change who may see your post",
    access: "viewer",
    rate: "write",
    cache: "personal",
    params: idPath,
    body: postPatchSchema,
    status: 200,
    answer: postSchema,
    failures: ["not_found", "forbidden", "idempotency_mismatch"],
    // Who may see more finds it when the page is next made; who may no longer must not.
    purges: (_, { id, author, audience }) =>
      audience === "public" ? [] : [postTag(id), userTag(author.id)],
    handle: ({ deps, ctx, params, body }) => deps.feed.setAudience(ctx, params.id, body.audience),
  }),
  operation({
    id: "deletePost",
    method: "delete",
    path,
    tag,
    summary: "Delete your post",
    access: "viewer",
    rate: "write",
    cache: "personal",
    params: idPath,
    status: 204,
    answer: null,
    failures: ["not_found", "forbidden", "idempotency_mismatch"],
    purges: ({ ctx, params }) => [
      postTag(params.id),
      ...(ctx.viewer === null ? [] : [userTag(ctx.viewer)]),
    ],
    handle: ({ deps, ctx, params }) => deps.feed.deletePost(ctx, params.id),
  }),
];
