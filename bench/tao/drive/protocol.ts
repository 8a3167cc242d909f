import { z } from "zod";

/** JSON between the bench and its Worker in the runtime; requests and answers travel as `wire.ts` says. */

/** Whatever counters an object has, by name. */
export type ObjectStats = Readonly<Record<string, number>>;

const counts = z.object({ asked: z.int(), found: z.int() });
export type OpCounts = z.infer<typeof counts>;

export const statsSchema = z.object({
  /** By object name. */
  objects: z.record(z.string(), z.record(z.string(), z.number())),
  /** Reads by operation, and those that found anything. */
  ops: z.record(z.string(), counts),
  /** Counters of the driver's own isolate: what never left the caller's memory. */
  driver: z.record(z.string(), z.number()),
});
export type Stats = z.infer<typeof statsSchema>;

/** One look at one follower after one write. */
const lagSample = z.object({
  region: z.string(),
  /** From the leader's commit until the follower had applied it, ms; null: not within the wait. */
  lagMs: z.number().nullable(),
});
export type LagSample = z.infer<typeof lagSample>;
export const lagSchema = z.object({
  samples: z.array(lagSample),
  /** Followers that held nothing, and so had nothing to invalidate. */
  skipped: z.int(),
  /** How late the runtime's own timers were meanwhile, ms: part of every lag above. */
  latenessMs: z.array(z.number()),
});
export type LagReport = z.infer<typeof lagSchema>;

export const stampedeSchema = z.object({
  readers: z.int(),
  followers: z.int(),
  failed: z.int(),
  wrong: z.int(),
  elapsedMs: z.number(),
});
export type StampedeReport = z.infer<typeof stampedeSchema>;

export const writesSchema = z.object({
  acknowledged: z.int(),
  failed: z.int(),
  elapsedMs: z.number(),
});
export type WritesReport = z.infer<typeof writesSchema>;
