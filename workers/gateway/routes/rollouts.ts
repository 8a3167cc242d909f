import { z } from "zod";

import type { Failure } from "../../../core/errors.ts";
import { err } from "../../../core/result.ts";
import {
  type NewRollout,
  newRolloutSchema,
  rolloutActionSchema,
  rolloutId,
  rolloutListSchema,
  rolloutViewSchema,
} from "../../../core/rollout/rollout.ts";
import type { Operator } from "../../../core/rollout/service.ts";
import type { Call } from "../operation.ts";
import { operation } from "../operation.ts";

const common = { tag: "Operators", cache: "personal" } as const;
const idPath = z.object({ id: rolloutId });

/** Who is written into the audit log. */
const operatorOf = ({ c, ctx }: Pick<Call<never, never, never>, "c" | "ctx">): Operator => ({
  who: c.get("caller")?.subject ?? "unknown",
  opId: ctx.idempotencyKey,
});

/** A stage that names a region which is none has nobody in it, and its rollout would hold for good. */
function unknownRegion(
  { stages }: NewRollout["plan"],
  known: readonly { readonly region: string }[],
): Failure | null {
  for (const [index, stage] of stages.entries()) {
    const at = stage.regions?.findIndex((name) => known.every(({ region }) => region !== name));
    if (at === undefined || at === -1) continue;
    const field = `plan.stages.${index}.regions.${at}`;
    return { code: "invalid_request", field, reason: "is not a region of this product" };
  }
  return null;
}

/** What is being rolled out, and how far it is: docs/rollouts.md says what to do with it. */
export const rolloutOperations = [
  operation({
    ...common,
    access: "observe",
    rate: "read",
    id: "rollouts",
    method: "get",
    path: "/v1/admin/rollouts",
    summary:
      "List rollouts: stage, share, verdict of every guard, what regions know, the audit log",
    status: 200,
    answer: rolloutListSchema,
    handle: ({ deps, ctx }) => deps.feed.rollouts(ctx),
  }),
  operation({
    ...common,
    access: "observe",
    rate: "read",
    id: "rollout",
    method: "get",
    path: "/v1/admin/rollouts/{id}",
    summary: "Show one rollout",
    params: idPath,
    status: 200,
    answer: rolloutViewSchema,
    failures: ["not_found"],
    handle: ({ deps, ctx, params }) => deps.feed.rollout(ctx, params.id),
  }),
  operation({
    ...common,
    access: "operate",
    rate: "write",
    id: "createRollout",
    method: "post",
    path: "/v1/admin/rollouts",
    summary: "Draft a rollout; its treatment is checked by the flag's schema",
    body: newRolloutSchema,
    status: 201,
    answer: rolloutViewSchema,
    failures: ["conflict", "limit_reached", "idempotency_mismatch"],
    handle: async ({ deps, ctx, c, body: { reason, ...wanted } }) => {
      const unknown = unknownRegion(wanted.plan, deps.config.regions);
      return unknown === null
        ? deps.feed.createRollout(ctx, wanted, reason, operatorOf({ c, ctx }))
        : err(unknown);
    },
  }),
  operation({
    ...common,
    access: "operate",
    rate: "write",
    id: "actOnRollout",
    method: "post",
    path: "/v1/admin/rollouts/{id}/actions",
    summary: "Start, pause, resume, abort or kill a rollout",
    note: "A conflict names the current revision. `kill` takes back what is done, too, and may leave the revision open.",
    params: idPath,
    body: rolloutActionSchema,
    status: 200,
    answer: rolloutViewSchema,
    failures: ["conflict", "limit_reached", "not_found", "idempotency_mismatch"],
    handle: ({ deps, ctx, c, params, body }) =>
      deps.feed.actOnRollout(ctx, params.id, body, operatorOf({ c, ctx })),
  }),
];
