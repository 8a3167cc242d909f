import { z } from "zod";

import { newDrainSchema, publishedSchema } from "../../../core/degradation/controller-service.ts";
import { operation } from "../operation.ts";
import { regionPath } from "./paths.ts";
import { actOnRegion } from "./region-action.ts";

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
    failures: ["conflict", "not_found", "idempotency_mismatch"],
    handle: ({ deps, ctx, params, body, c }) =>
      actOnRegion({ deps, params, c }, (by) =>
        deps.controllers.drain(params.region, { ...body, by, opId: ctx.idempotencyKey }),
      ),
  }),
];
