import { userPageSchema } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err } from "../../../core/result.ts";
import { operation } from "../operation.ts";

export const demoOperations = [
  operation({
    id: "demoUsers",
    method: "get",
    path: "/v1/demo/users",
    tag: "Session",
    summary: "Users to sign in as; not found where demo sign-in is off",
    access: "anyone",
    rate: "read",
    cache: "personal",
    status: 200,
    answer: userPageSchema,
    failures: ["not_found"],
    async handle({ deps, ctx }) {
      if (!deps.config.demoSignIn) return err({ code: "not_found", what: "demo sign-in" });
      return deps.feed.suggested({ ...ctx, viewer: null }, LIMITS.demoUsers);
    },
  }),
];
