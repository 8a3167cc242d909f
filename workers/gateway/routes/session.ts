import {
  profileSchema,
  type Session,
  sessionSchema,
  signInSchema,
  type User,
} from "../../../core/feed/schemas.ts";
import { err, ok } from "../../../core/result.ts";
import type { GatewayDeps } from "../context.ts";
import { operation } from "../operation.ts";

const tag = "Session";

/** Only demo sign-in signs tokens; a real deployment's issuer does it otherwise. */
export async function sessionFor({ tokens, clock }: GatewayDeps, user: User): Promise<Session> {
  return { ...(await tokens.sign(user.id, clock.nowMs())), user };
}

export const sessionOperations = [
  operation({
    id: "signIn",
    method: "post",
    writes: false,
    path: "/v1/session",
    tag,
    summary: "Sign in as a demo user; not found where demo sign-in is off",
    access: "anyone",
    rate: "sign-in",
    cache: "personal",
    body: signInSchema,
    status: 200,
    answer: sessionSchema,
    failures: ["not_found"],
    async handle({ deps, ctx, body }) {
      if (!deps.config.demoSignIn) return err({ code: "not_found", what: "demo sign-in" });
      const found = await deps.feed.userByHandle({ ...ctx, viewer: null }, body.handle);
      if (!found.ok) return found;
      return ok({ value: await sessionFor(deps, found.value.value), ticket: found.value.ticket });
    },
  }),
  operation({
    id: "session",
    method: "get",
    path: "/v1/session",
    tag,
    summary: "Who you are",
    access: "viewer",
    rate: "read",
    cache: "revalidate",
    status: 200,
    answer: profileSchema,
    failures: ["not_found"],
    handle: ({ deps, ctx }) => deps.feed.profile(ctx, "me"),
  }),
];
