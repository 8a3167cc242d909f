import { LIMITS } from "../../../core/limits.ts";
import { actionListSchema } from "../../../core/ops/actions.ts";
import { ok } from "../../../core/result.ts";
import { operation } from "../operation.ts";

export const actionOperations = [
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "operatorActions",
    method: "get",
    path: "/v1/admin/actions",
    summary: "Who moved a shard, sent dead letters again, or made an account, when and why",
    note: "Rollouts and levels keep what was done to them themselves.",
    status: 200,
    answer: actionListSchema,
    handle: async ({ deps }) => {
      const actions = await deps.actions.list(LIMITS.opsActionsShown);
      return ok({ value: { actions }, ticket: null });
    },
  }),
];
