import { cacheReportSchema } from "../../../core/telemetry/cache-layers.ts";
import { operation } from "../operation.ts";

export const cacheOperations = [
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "caches",
    method: "get",
    path: "/v1/admin/caches",
    summary: "Show what each of the six cache layers has answered, by region and in all",
    status: 200,
    answer: cacheReportSchema,
    handle: async ({ deps, ctx }) => {
      // What this gateway has counted and not yet passed on would be missing.
      await deps.caches.flush();
      return deps.feed.caches(ctx);
    },
  }),
];
