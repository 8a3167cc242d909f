import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Result } from "../../result.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import type { Version } from "../../tao/version.ts";
import type { GraphEvent } from "./events.ts";

export type FanoutStrategy = "push" | "announce" | "skip";

/** How one post was spread, and what that took. */
export interface FanoutRecord {
  readonly post: Id;
  readonly author: Id;
  readonly strategy: FanoutStrategy;
  /** In words, such as `1,204 followers, of whom 3 % are active: cheaper than 64 buckets`. */
  readonly reason: string;
  readonly followers: number;
  /** What the choice was expected to cost, ms of CPU. */
  readonly costMs: number;
  readonly chunks: number;
  readonly chunksDone: number;
  /** Readers named, once per region, and of those the ones with an entry. Where a call carried
   * several posts, those with an entry are shared out in proportion. */
  readonly named: number;
  readonly active: number;
  /** Calls to buckets that it took; one that carried several posts counts for each. */
  readonly calls: number;
  /** Unix ms: written, planned, last chunk done (null while under way). */
  readonly postedMs: number;
  readonly plannedMs: number;
  readonly doneMs: number | null;
}

/** One message of the queue: a piece of work that can be done any number of times. */
export interface FanoutMessage {
  readonly shard: PhysicalShard;
  /** Of the shard's chunks. */
  readonly chunk: number;
  /** JSON text of the work. */
  readonly work: string;
  /** Unix ms of the write, for the age of what is visible. */
  readonly fromMs: number;
}

/** What became of one chunk. */
export interface ChunkOutcome {
  readonly chunk: number;
  /** null: it is done. Otherwise why not; it is sent again later, or put aside. */
  readonly error: string | null;
  readonly named: number;
  readonly active: number;
  readonly calls: number;
}

export interface DeadLetter {
  readonly shard: PhysicalShard;
  readonly chunk: number;
  readonly post: Id | null;
  readonly tries: number;
  readonly lastError: string;
  /** Unix ms of the write that it is about. */
  readonly sinceMs: number;
}

export interface FanoutState {
  readonly shard: PhysicalShard;
  /** Where the log was read up to; null before its first event. */
  readonly position: Version | null;
  /** Events that are not planned yet. */
  readonly events: number;
  /** Chunks that wait for their turn, that are on their way, and that were put aside. */
  readonly waiting: number;
  readonly outstanding: number;
  readonly dead: number;
  /** Age, ms, of the oldest event whose work is not done, those put aside left out; null when there is none. */
  readonly oldestMs: number | null;
  /** From the write to the end of its work, ms, of the newest thousand posts. */
  readonly visibleP50Ms: number | null;
  readonly visibleP99Ms: number | null;
  /** Chunks that were sent more than once, in all. */
  readonly resent: number;
  /** Of the readers named lately, the share with an entry. */
  readonly activeShare: number;
  /** Entries that the last announced posts were looked at for. */
  readonly entries: number;
}

/** RPC contract of the object that spreads one shard's events. */
export interface FanoutShardService {
  /** Stores events and answers up to where all are stored; those it has already are skipped. */
  accept(events: readonly GraphEvent[], upTo: Version): Promise<Version>;
  /** From the queue consumer. Repeating it is harmless. */
  settle(outcomes: readonly ChunkOutcome[]): Promise<void>;
  /** Goes on with what is due, should its alarm be lost. */
  wake(): Promise<void>;
  record(post: Id): Promise<FanoutRecord | null>;
  /** The newest first. */
  records(limit: number): Promise<readonly FanoutRecord[]>;
  state(): Promise<FanoutState>;
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
  /** Sends dead letters again; all when null. @returns how many. */
  replay(chunks: readonly number[] | null): Promise<Result<number, Failure>>;
}
