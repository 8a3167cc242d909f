import { z } from "zod";

import { LIMITS } from "../../../core/limits.ts";
import { err, ok } from "../../../core/result.ts";
import {
  historyAsk,
  historySeriesSchema,
  MINUTES_MAX,
  seriesFrom,
} from "../../../core/telemetry/history-series.ts";
import { COUNTERS, TIMINGS } from "../../../core/telemetry/region-counts.ts";
import { operation } from "../operation.ts";
import { regionPath } from "./paths.ts";

const query = z.strictObject({
  region: regionPath
    .optional()
    .meta({ description: "Without it: all regions together", example: "us-east" }),
  minutes: z.coerce.number().int().min(1).max(MINUTES_MAX).default(60).meta({
    description:
      "How far back; steps of five minutes and more are whole ones of those, and beyond 26 hours whole hours",
  }),
  points: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.historyPointsMax)
    .default(60)
    .meta({ description: "Steps at most" }),
  only: z
    .string()
    .max(LIMITS.historyOnlyCharsMax)
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum([...COUNTERS, ...TIMINGS])))
    .optional()
    .meta({
      description: "Names of counters and times, with commas; without it: all of them",
      example: "http_answers,http_read_ms",
    }),
});

/** What regions have met, over time. */
export const historyOperations = [
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "history",
    method: "get",
    path: "/v1/admin/history",
    summary: "What a region, or all of them together, counted over the last minutes, hours or days",
    note: "Steps without traffic are left out; the last one has only begun. Regions that do not answer are named in `away`.",
    query,
    status: 200,
    answer: historySeriesSchema,
    failures: ["not_found"],
    async handle({ deps, query: { region, minutes, points, only }, c }) {
      const known = deps.config.regions.map((row) => row.region);
      if (region !== undefined && !known.includes(region))
        return err({ code: "not_found", what: "region" });
      const ask = { ...historyAsk(minutes, points, c.get("nowMs")), only };
      const asked = await deps.controllers.history(region === undefined ? known : [region], ask);
      return ok({ value: seriesFrom(ask, asked), ticket: null });
    },
  }),
];
