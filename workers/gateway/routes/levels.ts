import { z } from "zod";

import {
  levelListSchema,
  newPinSchema,
  publishedSchema,
} from "../../../core/degradation/controller-service.ts";
import { statusOf, statusSchema } from "../../../core/degradation/status.ts";
import { ok } from "../../../core/result.ts";
import { operation } from "../operation.ts";
import { regionPath } from "./paths.ts";
import { actOnRegion } from "./region-action.ts";

/** How far each region has stepped back from full service, for clients and for operators. */
export const levelOperations = [
  operation({
    tag: "Status",
    access: "anyone",
    cache: "personal",
    rate: "read",
    id: "status",
    method: "get",
    path: "/v1/status",
    summary: "How the service is doing where you are",
    note: "The header `Edgewise-Level` of every answer says the same in one number.",
    status: 200,
    answer: statusSchema,
    handle: async ({ deps, c }) => {
      const [own, serving] = [c.get("ownRegion"), c.get("region")];
      const status = statusOf({ own, serving }, c.get("effects"), deps.levels.published(own));
      return ok({ value: status, ticket: null });
    },
  }),
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "levels",
    method: "get",
    path: "/v1/admin/levels",
    summary: "Each region's level, its signals, and what has changed it",
    status: 200,
    answer: levelListSchema,
    handle: async ({ deps }) => ok({ value: await deps.controllers.list(), ticket: null }),
  }),
  operation({
    tag: "Operators",
    access: "operate",
    cache: "personal",
    rate: "write",
    id: "pinLevel",
    method: "post",
    path: "/v1/admin/levels/{region}/pin",
    summary: "Pin a region's level for some minutes, against its signals, or take the pin back",
    note: "`revision` is of what you looked at: when something has changed since, nothing happens and you get 409.",
    params: z.object({ region: regionPath }),
    body: newPinSchema,
    status: 200,
    answer: publishedSchema,
    failures: ["conflict", "not_found", "idempotency_mismatch"],
    handle: ({ deps, ctx, params, body, c }) =>
      actOnRegion({ deps, params, c }, (by) =>
        deps.controllers.pin(params.region, { ...body, by, opId: ctx.idempotencyKey }),
      ),
  }),
];
