import { z } from "zod";

import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import type { Result } from "../result.ts";
import type { RegionAlertService } from "../slo/alert-service.ts";
import type { HistoryTotals } from "../telemetry/history.ts";
import type { HistoryAsk, HistoryStep } from "../telemetry/history-series.ts";
import type { RegionCounts } from "../telemetry/region-counts.ts";
import type { DrainRequest, PinRequest, Published } from "./controller.ts";
import type { Acting } from "./done.ts";
import { LEVELS, type Trigger, TRIGGERS } from "./levels.ts";

export const levelSchema = z.literal(LEVELS).meta({
  description:
    "0 normal, 1 ranking degraded, 2 feed cache degraded, 3 graph degraded (read-only), 4 failed over",
});

const pinSchema = z.object({
  level: levelSchema,
  reason: z.string(),
  by: z.string().meta({ description: "Who: the subject of their token" }),
  untilMs: z.number().meta({ description: "Unix ms" }),
});

const drainSchema = z.object({
  keep: z.number().meta({ description: "Share of the viewers who come its way, 0 to 1" }),
  from: z.number().meta({ description: "What it kept when this began" }),
  sinceMs: z.number().meta({ description: "Unix ms; it takes a minute to get there" }),
  untilMs: z.number().meta({ description: "Unix ms; a drain ends by itself" }),
  reason: z.string(),
  by: z.string(),
});

export const publishedSchema = z
  .object({
    revision: z
      .int()
      .meta({ description: "Of what is published; a pin must name the one it replaces" }),
    level: levelSchema,
    sinceMs: z.number().meta({ description: "Unix ms" }),
    reason: z.string(),
    pin: pinSchema.nullable(),
    drain: drainSchema.optional().meta({ description: "Left out: nothing ever moved its viewers" }),
  })
  .meta({ id: "PublishedLevel" });

const timingSchema = z.object({
  count: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number(),
});

/** What a region's controller knows, for operators. */
export const regionLevelSchema = z
  .object({
    region: z.string(),
    published: publishedSchema,
    automatic: levelSchema.meta({ description: "What the signals alone ask for" }),
    triggers: z.array(
      z.object({
        trigger: z.enum(TRIGGERS),
        verdict: z.enum(["bad", "unclear", "good", "unknown"]),
        isOn: z.boolean(),
        /** When it ends at the earliest, ms from now; null: it is off, or not good. */
        endsInMs: z.number().nullable(),
        signal: z.string(),
      }),
    ),
    windowMs: z.number(),
    counters: z.record(z.string(), z.number()),
    timings: z.record(z.string(), timingSchema),
    changes: z
      .array(
        z.object({
          atMs: z.number(),
          revision: z.number(),
          from: levelSchema,
          to: levelSchema,
          reason: z.string(),
          by: z.string(),
          pin: pinSchema.nullable(),
        }),
      )
      .meta({ description: "Newest first" }),
  })
  .meta({ id: "RegionLevel" });
export type RegionLevel = z.infer<typeof regionLevelSchema>;

export const levelListSchema = z
  .object({
    regions: z.array(regionLevelSchema),
    away: z.array(z.object({ region: z.string(), why: z.string() })),
  })
  .meta({ id: "LevelList" });
export type LevelList = z.infer<typeof levelListSchema>;

export const newPinSchema = z
  .strictObject({
    level: levelSchema.nullable().meta({ description: "null: back to what the signals say" }),
    reason: z.string().trim().min(1).max(LIMITS.pinReasonCharsMax),
    minutes: z.int().min(1).max(LIMITS.pinMinutesMax),
    revision: z.int().min(0).meta({ description: "Of what you saw when you decided" }),
  })
  .meta({ id: "NewPin" });
export type NewPin = z.infer<typeof newPinSchema>;

/** What a scrape of metrics is made of. */
export interface RegionTotals extends HistoryTotals {
  readonly published: Published;
  /** Conditions that are on, pinned or not. */
  readonly on: readonly Trigger[];
}

export const newDrainSchema = newPinSchema
  .omit({ level: true })
  .extend({
    keep: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: "Share of its viewers that the region goes on to serve; 1: all" }),
  })
  .meta({ id: "NewDrain" });
export type NewDrain = z.infer<typeof newDrainSchema>;

/** RPC contract of a region's controller. */
export interface RegionControllerService extends RegionAlertService {
  /** Takes what an isolate has counted, and says what is published. One small call a second and isolate. */
  exchange(counts: RegionCounts): Promise<Published>;
  read(): Promise<RegionLevel>;
  /** Sums per step with histograms, since those of several regions can be added up and percentiles cannot. */
  history(ask: HistoryAsk): Promise<readonly HistoryStep[]>;
  /** Never less than it said before: up to the last whole minute. */
  totals(): Promise<RegionTotals>;
  /** @returns `conflict` when something has changed since `revision`. `level` null takes a pin back. */
  pin(
    request: Omit<PinRequest, "level"> & Pick<NewPin, "level"> & Acting,
  ): Promise<Result<Published, Failure>>;
  /** Moves viewers to other regions, or back. @returns as `pin` does. */
  drain(request: DrainRequest & Acting): Promise<Result<Published, Failure>>;
}

const PREFIX = "region-controller:";
export const regionControllerName = (region: Region): string => `${PREFIX}${region}`;
/** @throws Error for a name that is none: the object was created by mistake. */
export function parseRegionControllerName(name: string): Region {
  if (!name.startsWith(PREFIX)) throw new Error(`not a region's controller: ${name}`);
  return name.slice(PREFIX.length);
}
