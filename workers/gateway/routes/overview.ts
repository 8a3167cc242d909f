import { overviewQuery, overviewSchema } from "../../../core/ops/overview.ts";
import { ok } from "../../../core/result.ts";
import { operation } from "../operation.ts";

/** What the operators' dashboard shows; docs/ops.md. */
export const overviewOperations = [
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "opsOverview",
    method: "get",
    path: "/v1/admin/overview",
    summary: "The system's state by sections: each as it is, or as it was recorded last",
    note: "Answers while the feed Worker or the objects do not: `live` is false then, and `error` says why.",
    query: overviewQuery,
    status: 200,
    answer: overviewSchema,
    async handle({ deps, ctx, query, c }) {
      const names = query.sections?.split(",").filter((name) => name !== "");
      const value = await deps.ops.collect(deps, ctx, names);
      c.executionCtx.waitUntil(deps.ops.record(value));
      return ok({ value, ticket: null });
    },
  }),
];
