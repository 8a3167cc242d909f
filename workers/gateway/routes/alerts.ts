import { z } from "zod";

import { ok } from "../../../core/result.ts";
import {
  alertListSchema,
  newAcknowledgementSchema,
  regionAlertSchema,
} from "../../../core/slo/alert-service.ts";
import { operation } from "../operation.ts";
import { regionPath } from "./paths.ts";
import { actOnRegion } from "./region-action.ts";

const alertPath = z.object({
  region: regionPath,
  alert: z
    .string()
    .regex(/^[a-z-]{2,40}$/, "the id of an alert")
    .meta({ example: "read-availability-page" }),
});

/** What each region promises, what of it is left, and what is wrong: docs/slo.md says what to do with it. */
export const alertOperations = [
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "alerts",
    method: "get",
    path: "/v1/admin/alerts",
    summary: "Each region's objectives, error budgets, burn rates, alerts and webhook",
    status: 200,
    answer: alertListSchema,
    handle: async ({ deps }) => ok({ value: await deps.controllers.alerts(), ticket: null }),
  }),
  operation({
    tag: "Operators",
    access: "operate",
    cache: "personal",
    rate: "write",
    id: "acknowledgeAlert",
    method: "post",
    path: "/v1/admin/alerts/{region}/{alert}/acknowledge",
    summary:
      "Say that somebody looks after a firing alert: it is told of no more until it fires anew",
    note: "`revision` is of the alert as you saw it: when it has changed since, or does not fire, you get 409.",
    params: alertPath,
    body: newAcknowledgementSchema,
    status: 200,
    answer: regionAlertSchema,
    failures: ["conflict", "not_found"],
    handle: ({ deps, params, body, c }) =>
      actOnRegion({ deps, params, c }, (by) =>
        deps.controllers.acknowledge(params.region, params.alert, { ...body, by }),
      ),
  }),
];
