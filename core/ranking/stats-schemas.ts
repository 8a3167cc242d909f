import { z } from "zod";

const unixMs = (description: string) => z.number().meta({ description: `${description}, Unix ms` });
const counts = (description: string) =>
  z.record(z.string(), z.number()).meta({ description: `${description}, since the isolate began` });

const breakerSchema = z.discriminatedUnion("at", [
  z.object({
    at: z.literal("closed"),
    trips: z.int().meta({ description: "How often it has opened" }),
    failures: z.array(z.number()).meta({ description: "The newest failures, Unix ms" }),
    slices: z.array(z.object({ fromMs: z.number(), calls: z.number(), failures: z.number() })),
  }),
  z.object({ at: z.literal("open"), trips: z.int(), sinceMs: unixMs("When it opened") }),
  z.object({
    at: z.literal("half-open"),
    trips: z.int(),
    successes: z.int().meta({ description: "Of probes, with no failure between" }),
    probes: z.array(z.object({ id: z.number(), untilMs: z.number() })),
    nextProbe: z.number(),
  }),
]);

const transitionSchema = z.object({
  backend: z.string(),
  from: z.enum(["closed", "open", "half-open"]),
  to: z.enum(["closed", "open", "half-open"]),
  trips: z.int(),
  atMs: z.number(),
});

/** How pages are ranked, as the isolate of the ranking proxy that answered knows it, and what regions share. */
export const rankingReportSchema = z
  .object({
    isolate: z.string().meta({ description: "Counts begin anew with each isolate" }),
    counts: z.object({
      modes: counts("Answers by the rung of the ladder that gave them"),
      reasons: counts("Answers by rung and why no better one"),
      calls: counts("Requests to rankers, by how they ended"),
      hedges: z.object({ sent: z.number(), won: z.number(), refused: z.number() }),
    }),
    lightModel: z.string().nullable().meta({ description: "Its version; null: none can be used" }),
    cachedViewers: z.int().meta({ description: "Viewers whose scores are kept" }),
    pools: z.array(
      z.object({
        name: z.string(),
        servers: z.array(z.string()),
        weights: z.record(z.string(), z.number()).meta({ description: "By region; * is others" }),
        pick: z.enum(["least", "sticky"]),
      }),
    ),
    models: z
      .array(z.object({ model: z.string(), answers: z.int(), lastMs: unixMs("Heard last") }))
      .meta({ description: "Versions that rankers answered with, the newest heard first" }),
    servers: z.array(
      z.object({
        server: z.string(),
        health: z.object({
          outstandingRows: z.number(),
          load: z.number().meta({ description: "Rows before a new one, as it last said" }),
          heardMs: unixMs("Heard last"),
          failures: z.int().meta({ description: "In a row" }),
          ejections: z.int(),
          ejectedUntilMs: unixMs("Passed over until"),
          awayUntilMs: unixMs("Drains until"),
        }),
      }),
    ),
    breakers: z
      .array(z.object({ region: z.string(), server: z.string(), breaker: breakerSchema }))
      .meta({ description: "What this isolate decides by" }),
    transitions: z.array(transitionSchema.extend({ region: z.string() })),
    regions: z
      .record(
        z.string(),
        z
          .object({
            breakers: z.record(z.string(), breakerSchema),
            history: z.array(transitionSchema),
          })
          .nullable(),
      )
      .meta({ description: "What the isolates of each region share; null: it did not answer" }),
  })
  .meta({ id: "RankingReport" });
export type RankingReport = z.infer<typeof rankingReportSchema>;
