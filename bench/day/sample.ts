import { z } from "zod";

/** One request of the day, as whoever sent it saw it. */
export const sampleSchema = z.object({
  kind: z.enum(["feed", "post", "write", "like"]),
  region: z.string(),
  /** Unix ms of the moment it was due: what waits in the generator counts. */
  dueMs: z.number(),
  tookMs: z.number(),
  /** 0: no answer. */
  status: z.number(),
  /** Of a problem document; "" otherwise. */
  code: z.string(),
  /** Of a feed page: how it was made, and why; "" otherwise. */
  mode: z.string(),
  reason: z.string(),
  /** `Edgewise-Level` of the answer; -1 without one. */
  level: z.number(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** A write that the product said it has. */
export const acknowledgedSchema = z.object({
  acknowledged: z.enum(["post", "like"]),
  user: z.number(),
  post: z.string(),
});
export type Acknowledged = z.infer<typeof acknowledgedSchema>;

/** What the banner says, whenever it changes. */
export const toldSchema = z.object({ told: z.string(), atMs: z.number() });
export type Told = z.infer<typeof toldSchema>;

export const lineSchema = z.union([sampleSchema, acknowledgedSchema, toldSchema]);

/** Parent to generator: requests a second from now on. */
export const rateSchema = z.object({
  reads: z.number().min(0),
  writes: z.number().min(0),
  /** Reads of one post, past the feed cache. */
  lookups: z.number().min(0),
});
export type Rate = z.infer<typeof rateSchema>;

export const crowdSchema = z.object({
  /** Gateways, each an isolate. */
  urls: z.array(z.string()),
  region: z.string(),
  /** The other regions, among which the rest of the traffic is spread. */
  others: z.array(z.string()),
  tokens: z.array(z.string()),
  posts: z.array(z.string()),
  seed: z.number(),
});
export type Crowd = z.infer<typeof crowdSchema>;
