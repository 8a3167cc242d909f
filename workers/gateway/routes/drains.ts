import { z } from "zod";

import { newDrainSchema, publishedSchema } from "../../../core/degradation/controller-service.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err, ok } from "../../../core/result.ts";
import { operation } from "../operation.ts";
import { regionPath } from "./paths.ts";

/** Moving viewers away from a region that works, such as before its maintenance. */
export const drainOperations = [
  operation({
    tag: "Operators",
    access: "operate",
    cache: "personal",
    rate: "write",
    id: "drainRegion",
    method: "post",
    path: "/v1/admin/levels/{region}/drain",
    summary: "Move a region's viewers to the next nearest for some minutes, or take them back",
    note: "They leave, and come back, within a minute, the same ones first each time. `revision` is of what you looked at: when something has changed since, nothing happens and you get 409.",
    params: z.object({ region: regionPath }),
    body: newDrainSchema,
    status: 200,
    answer: publishedSchema,
    failures: ["conflict", "not_found"],
    async handle({ deps, params, body, c }) {
      const isKnown = deps.config.regions.some(({ region }) => region === params.region);
      if (!isKnown) return err({ code: "not_found", what: "region" });
      const by = c.get("caller")?.subject.slice(0, LIMITS.pinByCharsMax) ?? "";
      const drained = await deps.controllers.drain(params.region, { ...body, by });
      return drained.ok ? ok({ value: drained.value, ticket: null }) : drained;
    },
  }),
];
