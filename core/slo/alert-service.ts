import { z } from "zod";

import type { Failure } from "../errors.ts";
import type { Result } from "../result.ts";
import { SEVERITIES, WINDOW_NAMES } from "./burn.ts";
import { SLO_LIMITS } from "./limits.ts";

const atMs = z.number().meta({ description: "Unix ms" });

export const regionAlertSchema = z
  .object({
    id: z.string(),
    severity: z.enum(SEVERITIES),
    summary: z.string(),
    runbook: z.string().meta({ description: "Path from the root of the repository" }),
    status: z.enum(["ok", "firing", "resolved"]),
    revision: z.int().meta({ description: "An acknowledgement must name the one it saw" }),
    firedMs: atMs.nullable().meta({ description: "Unix ms of the last time; null: never" }),
    resolvedMs: atMs.nullable().meta({ description: "Unix ms; null: it fires, or is long over" }),
    why: z.string().meta({ description: "Of the last time that it fired" }),
    acknowledged: z.object({ by: z.string(), reason: z.string(), atMs }).nullable(),
  })
  .meta({ id: "Alert" });
export type RegionAlert = z.infer<typeof regionAlertSchema>;

const burnSchema = z.object({
  window: z.enum(WINDOW_NAMES),
  total: z.number(),
  bad: z.number(),
  rate: z
    .number()
    .nullable()
    .meta({ description: "Times the rate at which the budget lasts its period; null: no events" }),
});

export const objectiveSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    target: z.number().meta({ description: "Share of events that should be good" }),
    note: z.string(),
    budgetLeft: z.number().nullable().meta({
      description: "Share of the last 30 days' budget; below 0: overspent; null: no events",
    }),
    burn: z.array(burnSchema),
  })
  .meta({ id: "Objective" });

const logLineSchema = z
  .object({
    seq: z.int(),
    atMs,
    alert: z.string(),
    event: z.enum(["firing", "resolved", "repeat", "acknowledged"]),
    by: z.string().meta({ description: "The controller, or the operator" }),
    why: z.string(),
  })
  .meta({ id: "AlertLogLine" });
export type AlertLogLine = z.infer<typeof logLineSchema>;

const webhookSchema = z
  .object({
    at: z.enum(["on", "off", "misconfigured"]),
    why: z.string().nullable().meta({ description: "What is wrong with its configuration" }),
    waiting: z.int(),
    delivered: z.int(),
    failures: z.int().meta({ description: "Tries that failed" }),
    lost: z.int().meta({ description: "Messages given up, or dropped since too many waited" }),
    lastDeliveredMs: atMs.nullable(),
    nextTryMs: atMs.nullable(),
    lastFailure: z.object({ atMs, why: z.string() }).nullable(),
  })
  .meta({ id: "AlertWebhook" });

export const regionAlertsSchema = z
  .object({
    region: z.string(),
    lookedMs: atMs,
    objectives: z.array(objectiveSchema),
    alerts: z.array(regionAlertSchema),
    log: z.array(logLineSchema).meta({ description: "Newest first" }),
    webhook: webhookSchema,
  })
  .meta({ id: "RegionAlerts" });
export type RegionAlerts = z.infer<typeof regionAlertsSchema>;

export const alertListSchema = z
  .object({
    regions: z.array(regionAlertsSchema),
    away: z.array(z.object({ region: z.string(), why: z.string() })),
  })
  .meta({ id: "AlertList" });
export type AlertList = z.infer<typeof alertListSchema>;

export const newAcknowledgementSchema = z
  .strictObject({
    reason: z.string().trim().min(1).max(SLO_LIMITS.acknowledgeReasonCharsMax),
    revision: z.int().min(0).meta({ description: "Of the alert as you saw it" }),
  })
  .meta({ id: "NewAcknowledgement" });
export type NewAcknowledgement = z.infer<typeof newAcknowledgementSchema>;

/** Part of the RPC contract of a region's controller. */
export interface RegionAlertService {
  alerts(): Promise<RegionAlerts>;
  /** @returns `not_found` for no such alert, `conflict` when it changed since `revision`, or does not fire. */
  acknowledge(
    alert: string,
    request: NewAcknowledgement & { readonly by: string },
  ): Promise<Result<RegionAlert, Failure>>;
}
