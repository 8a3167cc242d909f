import type { Clock, Random, Sleep } from "../clock.ts";
import type { Effects } from "../degradation/effects.ts";
import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import type { Builds } from "./builds.ts";
import type { FanoutRecord } from "./fanout/service.ts";
import type { Priority } from "../resilience/priority.ts";
import type { Region } from "../regions/regions.ts";
import { err, ok, type Result } from "../result.ts";
import type { Signer } from "../signer.ts";
import type { Consistency } from "../tao/service.ts";
import type { PhysicalShard } from "../tao/shard-map.ts";
import type { Tao } from "../tao/tao.ts";
import type { CallTiming } from "../telemetry/call-timing.ts";
import type { TraceContext } from "../telemetry/trace.ts";
import type { FeedCache } from "./cache/service.ts";
import type { RankingPort } from "./ranked/port.ts";

/** What a use-case may tell the operators about; never carries content. */
export interface FeedEvent {
  readonly event: "stage_failed_open" | "refills_exhausted" | "cache_failed" | "ranking_failed";
  readonly stage: string;
  readonly viewer: string | null;
}

/** How a post was spread, for explanations. Fails open: null when it is not known or cannot be asked. */
export interface FanoutLookup {
  record(post: Id): Promise<FanoutRecord | null>;
}

/** What one request of the feed Worker has at hand. */
export interface Call {
  readonly tao: Tao;
  /** Who asks; null for a visitor. */
  readonly viewer: Id | null;
  readonly consistency: Consistency;
  readonly priority: Priority;
  /** The client's ticket, as it came; null: none. */
  readonly asked: string | null;
  /** Of the isolate: feeds that are read from the graph. */
  readonly builds: Pick<Builds, "run">;
  readonly idempotencyKey: string | null;
  /** Unix time, milliseconds, after which nobody listens. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly signer: Signer;
  readonly fanout: FanoutLookup;
  /** Of the request's region; null where it is switched off. */
  readonly cache: FeedCache | null;
  /** Who scores; null where nobody does: ranked feeds are in the order of time then. */
  readonly ranking: RankingPort | null;
  readonly region: Region;
  /** What the region's level takes away. */
  readonly effects: Effects;
  /** Shards whose writes in this request the cache is told of, each as what it was. */
  readonly told: Set<PhysicalShard>;
  /** Where this request waits. */
  readonly timing: CallTiming;
  /** Of a sampled request: what others are asked under. */
  readonly trace?: TraceContext;
  /** Work that the answer does not wait for. */
  readonly defer: (work: () => Promise<unknown>) => void;
  readonly report: (event: FeedEvent) => void;
}

/** An answer within core: the ticket is added at the edge. */
export type Outcome<T> = Promise<Result<T, Failure>>;

export function signedIn(call: Call): Result<Id, Failure> {
  return call.viewer === null
    ? err({ code: "unauthenticated", reason: "this needs a signed-in user" })
    : ok(call.viewer);
}

export const notFound = (what: string): Result<never, Failure> => err({ code: "not_found", what });

/**
 * Idempotency id of one part of a request that writes to several shards. Bound to the
 * viewer, so that nobody replays another's answer; null when the client sent no key.
 */
export function opId(call: Call, operation: string, part = ""): string | null {
  if (call.idempotencyKey === null) return null;
  return `${call.viewer ?? "-"}:${operation}:${part}:${call.idempotencyKey}`;
}
