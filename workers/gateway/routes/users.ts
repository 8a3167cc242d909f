import { z } from "zod";

import {
  postPageSchema,
  newUserSchema,
  pageQuerySchema,
  profileSchema,
  sessionSchema,
  userPageSchema,
  userPatchSchema,
  userSchema,
} from "../../../core/feed/schemas.ts";
import type { UserList } from "../../../core/feed/service.ts";
import { err, ok } from "../../../core/result.ts";
import { tagsOfPosts, tagsOfUser } from "../../../core/http/tags.ts";
import { LIMITS } from "../../../core/limits.ts";
import { firstMissing } from "../../../platform/media-store.ts";
import { operation } from "../operation.ts";
import { recorded } from "../recorded.ts";
import { may } from "../tokens.ts";
import { notUploaded } from "./media.ts";
import { userPath } from "./paths.ts";
import { sessionFor } from "./session.ts";

const tag = "Users";

const userList = (list: UserList, summary: string) =>
  operation({
    id: list,
    method: "get",
    path: `/v1/users/{user}/${list}`,
    tag,
    summary,
    access: "viewer",
    rate: "read",
    cache: "personal",
    params: userPath,
    query: pageQuerySchema,
    status: 200,
    answer: userPageSchema,
    failures: ["not_found", "invalid_cursor"],
    handle: ({ deps, ctx, params, query }) =>
      deps.feed.users(ctx, params.user, list, { limit: query.limit, cursor: query.cursor }),
  });

export const userOperations = [
  operation({
    id: "createUser",
    method: "post",
    path: "/v1/users",
    tag,
    summary:
      "Create a user; with demo sign-in the answer is a session, otherwise only operators may",
    access: "anyone",
    rate: "sign-in",
    cache: "personal",
    body: newUserSchema,
    status: 201,
    answer: z.union([sessionSchema, userSchema]),
    failures: ["conflict", "forbidden", "idempotency_mismatch"],
    async handle({ deps, ctx, body, c }) {
      const demo = deps.config.demoSignIn;
      const caller = c.get("caller");
      const operator = caller !== null && may(caller, "operate");
      if (!demo && !operator) {
        const reason = "only an operator creates users here";
        return err({ code: caller === null ? "unauthenticated" : "forbidden", reason });
      }
      const create = () => deps.feed.createUser({ ...ctx, viewer: null }, body);
      if (operator) {
        const reason = "this operation asks for none";
        return recorded({ deps, c }, { action: "createUser", target: "a user", reason }, create);
      }
      const created = await create();
      if (!created.ok) return created;
      const { value: user, ticket } = created.value;
      return ok({ value: await sessionFor(deps, user), ticket });
    },
  }),
  operation({
    id: "suggestedUsers",
    method: "get",
    path: "/v1/users/suggested",
    tag,
    summary: "People to meet",
    access: "viewer",
    rate: "read",
    cache: "personal",
    status: 200,
    answer: userPageSchema,
    handle: ({ deps, ctx }) => deps.feed.suggested(ctx, LIMITS.suggestedUsers),
  }),
  operation({
    id: "profile",
    method: "get",
    path: "/v1/users/{user}",
    tag,
    summary: "A user with counts and how you stand to them",
    access: "anyone",
    rate: "read",
    cache: "public",
    tags: tagsOfUser,
    params: userPath,
    status: 200,
    answer: profileSchema,
    failures: ["not_found"],
    handle: ({ deps, ctx, params }) => deps.feed.profile(ctx, params.user),
  }),
  operation({
    id: "updateMe",
    method: "patch",
    path: "/v1/users/me",
    tag,
    summary: "Change your name, bio or avatar",
    access: "viewer",
    rate: "write",
    cache: "personal",
    body: userPatchSchema,
    status: 200,
    answer: userSchema,
    failures: ["idempotency_mismatch"],
    purges: (_, user) => tagsOfUser(user),
    async handle({ deps, ctx, body }) {
      const keys = body.avatar ? [body.avatar] : [];
      const missing = await firstMissing(deps.media, keys);
      return missing < 0 ? deps.feed.updateUser(ctx, body) : notUploaded("avatar");
    },
  }),
  operation({
    id: "userPosts",
    method: "get",
    path: "/v1/users/{user}/posts",
    tag,
    summary: "Posts of one user that you may see, newest first",
    access: "anyone",
    rate: "read",
    cache: "public",
    tags: tagsOfPosts,
    params: userPath,
    query: pageQuerySchema,
    status: 200,
    answer: postPageSchema,
    failures: ["not_found", "invalid_cursor"],
    handle: ({ deps, ctx, params, query }) =>
      deps.feed.profileFeed(ctx, params.user, { limit: query.limit, cursor: query.cursor }),
  }),
  userList("followers", "Who follows a user"),
  userList("following", "Whom a user follows"),
  userList("friends", "Friends of a user"),
];
