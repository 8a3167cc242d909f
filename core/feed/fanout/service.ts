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
  readonly chunks: number;
  readonly chunksDone: number;
  /** Readers named and, of those, with an entry. */
  readonly named: number;
  readonly active: number;
  /** Object and cache calls that it took. */
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

export interface ChunkDone {
  readonly chunk: number;
  readonly named: number;
  readonly active: number;
  readonly calls: number;
}

export interface DeadLetter {
  readonly chunk: number;
  readonly post: string | null;
  readonly tries: number;
  readonly lastError: string;
  readonly sinceMs: number;
}

export interface FanoutState {
  readonly shard: PhysicalShard;
  /** Chunks that wait for their turn, that are on their way, and that were put aside. */
  readonly waiting: number;
  readonly outstanding: number;
  readonly dead: number;
  /** Age, ms, of the oldest event whose work is not done; null when there is none. */
  readonly oldestMs: number | null;
  /** From the write to the end of its work, ms, of the newest thousand posts. */
  readonly visibleP50Ms: number | null;
  readonly visibleP99Ms: number | null;
  readonly resent: number;
}

/** RPC contract of the object that spreads one shard's events. */
export interface FanoutShardService {
  /** Stores events and answers up to where all are stored; those it has already are skipped. */
  accept(events: readonly GraphEvent[], upTo: Version): Promise<Version>;
  /** From the queue consumer: this work is done. Repeating it is harmless. */
  done(chunks: readonly ChunkDone[]): Promise<void>;
  /** From the queue consumer: this work failed; it is sent again later, or put aside. */
  failed(chunk: number, reason: string): Promise<void>;
  record(post: Id): Promise<FanoutRecord | null>;
  records(limit: number): Promise<readonly FanoutRecord[]>;
  state(): Promise<FanoutState>;
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
  /** Sends dead letters again; all when null. */
  replay(chunks: readonly number[] | null): Promise<Result<number, Failure>>;
}
