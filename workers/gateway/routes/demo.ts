import { userPageSchema } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import {
  DEMO_ROLES,
  demoOperatorSchema,
  demoRolesSchema,
  operatorTokenSchema,
} from "../../../core/ops/overview.ts";
import { err, ok } from "../../../core/result.ts";
import type { GatewayDeps } from "../context.ts";
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
  operation({
    id: "demoOperatorRoles",
    method: "get",
    path: "/v1/demo/operator",
    tag: "Session",
    summary: "Operators' roles to sign in with; not found outside development",
    access: "anyone",
    rate: "read",
    cache: "personal",
    status: 200,
    answer: demoRolesSchema,
    failures: ["not_found"],
    handle: async ({ deps }) =>
      hasDemoOperators(deps) ? ok({ value: { roles: [...DEMO_ROLES] }, ticket: null }) : notHere,
  }),
  operation({
    id: "demoOperator",
    method: "post",
    path: "/v1/demo/operator",
    tag: "Session",
    summary: "Sign in as an operator; not found outside development",
    access: "anyone",
    rate: "sign-in",
    cache: "personal",
    writes: false,
    body: demoOperatorSchema,
    status: 200,
    answer: operatorTokenSchema,
    failures: ["not_found"],
    async handle({ deps, body: { role } }) {
      if (!hasDemoOperators(deps)) return notHere;
      const value = await deps.tokens.sign(`demo-${role}`, deps.clock.nowMs(), [role]);
      return ok({ value, ticket: null });
    },
  }),
];

const notHere = err({ code: "not_found", what: "demo sign-in for operators" } as const);
/** Staging signs demo users in, too; an operator there is somebody whom its issuer knows. */
const hasDemoOperators = ({ config }: GatewayDeps): boolean =>
  config.demoSignIn && config.environment === "development";
