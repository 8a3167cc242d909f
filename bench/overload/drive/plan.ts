import { z } from "zod";

/** What an answer must be to be right. */
export const CHECKS = ["verified page", "posts of the viewer's", "any"] as const;

/** One kind of request in the mix. */
const streamSchema = z.object({
  label: z.string(),
  /** Of all requests; together they are 1. */
  share: z.number(),
  /** File of requests (`bench/load/requests.ts`), taken in turn. */
  requests: z.string(),
  check: z.enum(CHECKS),
  /** File that the check reads; "" for none. */
  known: z.string(),
});
export type Stream = z.infer<typeof streamSchema>;

export const planSchema = z.object({
  url: z.string(),
  /** Requests a second, of all streams together. */
  rate: z.number(),
  leadSeconds: z.number(),
  seconds: z.number(),
  /** A later answer is no goodput. */
  deadlineMs: z.number(),
  /** Whoever has no answer by then hangs up. */
  giveUpMs: z.number(),
  /** Requests that may be under way at once: sockets of the generator. */
  underWayMax: z.number(),
  seed: z.number(),
  streams: z.array(streamSchema),
});
export type Plan = z.infer<typeof planSchema>;

const heardSchema = z.object({
  label: z.string(),
  /** Of requests that were due in the seconds that count. */
  sent: z.int(),
  /** Right, 2xx, within the deadline. */
  good: z.int(),
  late: z.int(),
  /** 503 with Retry-After, and without. */
  refused: z.int(),
  refusedBare: z.int(),
  /** Other answers that are no 2xx. */
  failed: z.int(),
  lost: z.int(),
  wrong: z.int(),
  /** Of answers 2xx, from when each was due; null where there are none. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  refusedP99Ms: z.number().nullable(),
  /** Of answers 2xx: the time beside what the gateway says the feed Worker took; null where it says nothing. */
  unseenP99Ms: z.number().nullable(),
});
export type Heard = z.infer<typeof heardSchema>;

export const drivenSchema = z.object({
  /** How late the generator itself was with a request, ms at p99: part of every latency. */
  lateP99Ms: z.number(),
  streams: z.array(heardSchema),
});
export type Driven = z.infer<typeof drivenSchema>;
