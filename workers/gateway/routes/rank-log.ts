import { err, ok } from "../../../core/result.ts";
import {
  rankLogQuerySchema,
  rankLogSchema,
  rankLogSegmentQuerySchema,
  rankLogSegmentSchema,
} from "../../../core/ranking/log-schemas.ts";
import { operation } from "../operation.ts";

const common = {
  tag: "Operators",
  access: "operate",
  rate: "read",
  cache: "personal",
  method: "get",
  status: 200,
} as const;

export const rankLogOperations = [
  operation({
    ...common,
    id: "rankLog",
    path: "/v1/admin/rank-log",
    summary: "List segments of the log that ranking models are trained on",
    note: "It holds what people were shown and did, under their ids.",
    query: rankLogQuerySchema,
    answer: rankLogSchema,
    handle: async ({ deps, query }) =>
      ok({ value: await deps.rankLog.list(query.after), ticket: null }),
  }),
  operation({
    ...common,
    id: "rankLogSegment",
    path: "/v1/admin/rank-log/segment",
    summary: "Read one segment: a line per post that was shown",
    query: rankLogSegmentQuerySchema,
    answer: rankLogSegmentSchema,
    failures: ["not_found"],
    handle: async ({ deps, query: { key } }) => {
      const text = await deps.rankLog.read(key);
      if (text === null) return err({ code: "not_found", what: "segment" });
      return ok({ value: { key, text }, ticket: null });
    },
  }),
];
