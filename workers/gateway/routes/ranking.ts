import { rankingReportSchema } from "../../../core/ranking/stats-schemas.ts";
import { operation } from "../operation.ts";

export const rankingOperations = [
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "ranking",
    method: "get",
    path: "/v1/admin/ranking",
    summary: "How pages are ranked: the ladder, models, rankers and their breakers",
    note: "Counts are of the isolate of the ranking proxy that answers; `regions` are what all isolates of a region share.",
    status: 200,
    answer: rankingReportSchema,
    handle: ({ deps, ctx }) => deps.feed.ranking(ctx),
  }),
];
