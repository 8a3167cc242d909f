import type { Failure } from "../errors.ts";
import type { Result } from "../result.ts";
import type { TraceContext } from "../telemetry/trace.ts";
import type { DeliveryBacklog } from "./delivery.ts";
import type { LogRecord } from "./log.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { AssocKey, ListKey } from "./store.ts";
import type { Assoc, AssocType, Read, ReadResult, TaoObject, Write, WriteResult } from "./types.ts";
import type { Id } from "../ids.ts";
import type { Version } from "./version.ts";

/**
 * How fresh a read must be. `eventual`: whatever the follower has, within its TTL.
 * `ticket`: at least `atLeast`. `leader`: from the leader itself.
 */
export type Consistency = "eventual" | "ticket" | "leader";

export interface ReadRequest {
  readonly reads: readonly Read[];
  /** From the caller's ticket for this shard; a follower behind it catches up first. */
  readonly atLeast: Version | null;
  /** An answer that may be too old, marked, instead of none while the leader is away. */
  readonly allowStale?: boolean;
  /** Of a sampled request. */
  readonly trace?: TraceContext;
}

export interface ReadResponse {
  readonly results: readonly ReadResult[];
  /** For the caller's ticket: no result is newer than this log position. */
  readonly at: Version;
  /** How long ago, ms, these results were known to be true; absent while within the promised bound. */
  readonly staleMs?: number;
  /** Places of the reads whose keys many ask for: worth a second in the caller's memory. */
  readonly hot?: readonly number[];
  /** With `hot`: every result reflects the log at least up to here. */
  readonly since?: Version;
}

export interface WriteRequest {
  readonly writes: readonly Write[];
  /** Makes the whole batch idempotent: a replay returns the first answer. At most 128 characters. */
  readonly opId: string | null;
  /** Of a sampled request: goes on with what the write means for others. */
  readonly trace?: TraceContext;
}

export interface WriteResponse {
  readonly results: readonly WriteResult[];
  readonly at: Version;
  /** True when `opId` was seen before and nothing was written now. */
  readonly replayed: boolean;
  /** Leader's clock when the first attempt committed, Unix ms. */
  readonly timeMs: number;
}

/** An inverse edge on its way from the shard that wrote the forward one. */
export interface InverseWrite {
  /** Version of the forward write at its source; orders and deduplicates. */
  readonly source: Version;
  readonly id1: Id;
  readonly atype: AssocType;
  readonly id2: Id;
  /** null deletes. */
  readonly edge: { readonly timeMs: number; readonly data: string } | null;
}

/** RPC contract of a shard leader: the only writer of its shard. */
export interface LeaderService {
  /** All writes of the request commit together, or none does. */
  write(request: WriteRequest): Promise<Result<WriteResponse, Failure>>;
  read(request: ReadRequest): Promise<Result<ReadResponse, Failure>>;
  /** What a follower misses; from now on the log is pushed to `follower`. */
  fill(follower: string, request: FillRequest): Promise<Result<FillResponse, Failure>>;
  /** Log records after `after`; null when the tail no longer reaches back that far. */
  pull(follower: string, after: Version): Promise<Result<LogTail | null, Failure>>;
  /** Applies inverse edges of another shard, in its order, at most once each. */
  applyInverses(
    from: PhysicalShard,
    inverses: readonly InverseWrite[],
  ): Promise<Result<null, Failure>>;
  /**
   * A hand-over: finishes the group in flight and acts no more in `epoch`. Answers where its log ends,
   * null when it had nothing open.
   */
  release(epoch: number): Promise<Result<Version | null, Failure>>;
  /** Safety net: resumes deliveries whose alarm was lost. Says how many are waiting. */
  sweep(): Promise<Result<DeliveryBacklog, Failure>>;
}

/** Cache entries that a follower wants. */
export interface FillRequest {
  readonly objects: readonly Id[];
  readonly lists: readonly (ListKey & {
    /** Newest edges wanted; 0 asks for the count alone. */
    readonly prefix: number;
  })[];
  readonly points: readonly AssocKey[];
}

/** The newest edges of one list, its length and version (null: never written). */
export interface ListPrefix {
  readonly count: number;
  readonly version: Version | null;
  readonly assocs: readonly Assoc[];
}

/** Answers in the order of the request. */
export interface FillResponse {
  readonly objects: readonly (TaoObject | null)[];
  readonly lists: readonly ListPrefix[];
  readonly points: readonly (Assoc | null)[];
  /** Every answer reflects the log at least up to here. */
  readonly at: Version;
  /** For tickets: no answer is newer than this; absent: than `at`. */
  readonly upTo?: Version;
}

export interface LogTail {
  readonly records: readonly LogRecord[];
  readonly head: Version;
}

/** One push of log records to a follower. `after` is where they connect. */
export interface LogPush {
  readonly after: Version;
  readonly records: readonly LogRecord[];
  readonly head: Version;
}

/** RPC contract of a follower: one per region, shard and replica. */
export interface FollowerService {
  read(request: ReadRequest): Promise<Result<ReadResponse, Failure>>;
  /**
   * The newest entries over many lists of this shard, with their objects: text in,
   * text out (`union.ts`), because a page crosses a hop cheaper as a string.
   */
  union(request: string, trace?: TraceContext): Promise<Result<string, Failure>>;
  /** Applies pushed log records; answers how far this follower now is, or null: nothing cached, stop pushing. */
  push(push: LogPush): Promise<Version | null>;
  stats(): Promise<FollowerStats>;
}

/** Of a leader's memory since its store was opened: keys found, not found, and found on their way; one that took two queries was not found twice. */
export interface MemoryStats {
  readonly hits: number;
  readonly misses: number;
  /** Those misses that waited for another's query. */
  readonly coalesced: number;
  /** Reads that the store was sent, plans of groups included. */
  readonly queries: number;
  readonly plans: number;
  /** Plans that cost no query. */
  readonly plansFromMemory: number;
  readonly entries: number;
  readonly bytes: number;
  readonly evictions: number;
}

/** Zeros while it has opened no store. */
export interface LeaderStats extends MemoryStats {
  /** Reads, fills and pulls under way, and those refused because there were too many. */
  readonly reading: number;
  readonly refused: number;
}

/** Beside `LeaderService`, for benches and operators: of one leader object, whether it leads or not. */
export interface LeaderInspection {
  stats(): Promise<LeaderStats>;
}

/** Counters since the object woke up; hit = answered without the leader. */
export interface FollowerStats {
  /** Cache entries that readers looked at: the denominator of `hits`. */
  readonly reads: number;
  readonly hits: number;
  /** Calls to the leader for entries, and lookups that joined one of them. */
  readonly fills: number;
  readonly shared: number;
  /** Calls to the leader for its log. */
  readonly pulls: number;
  /** Answers marked as stale. */
  readonly stale: number;
  /** Misses refused because too much was under way. */
  readonly refused: number;
  readonly entries: number;
  readonly bytes: number;
  readonly gaps: number;
  readonly applied: Version | null;
  /** How long ago, ms, it last knew itself at its leader's head; null: it holds nothing. */
  readonly ageMs: number | null;
}
