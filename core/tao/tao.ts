import type { Failure } from "../errors.ts";
import type { Id, LogicalShard } from "../ids.ts";
import type { Result } from "../result.ts";
import type { Consistency, WriteResponse } from "./service.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { Read, ResultOf, Write } from "./types.ts";
import type { UnionEntry, UnionRequest } from "./union.ts";
import type { Version } from "./version.ts";

/** Answers in the order of the reads, each of its read's type. */
export type ResultsOf<R extends readonly Read[]> = { readonly [K in keyof R]: ResultOf<R[K]> };

/** The session adds its ticket, and whether it takes stale answers. */
export type UnionWish = Omit<UnionRequest, "atLeast" | "allowStale">;

export interface WriteOptions {
  /** false: the client need not find this write in what it reads next; its ticket says nothing of it. Default true. */
  readonly isAwaited?: boolean;
}

export interface OwnPlace {
  readonly shard: PhysicalShard;
  readonly at: Version | null;
}

export interface UnionAcross {
  /** In list order over all shards together. */
  readonly entries: readonly UnionEntry[];
  /** True when older entries exist below the last one. */
  readonly more: boolean;
  readonly owners: ReadonlyMap<Id, string>;
  /** Object calls this took: one per shard touched. */
  readonly calls: number;
}

/**
 * The graph as one request sees it: routes each read to the nearest follower and each
 * write to its shard's leader, batches per shard, and carries the request's ticket.
 * Implemented by `client.ts` over object stubs, and by a fake in tests.
 */
export interface Tao {
  /**
   * Any reads, grouped into one call per shard touched, in parallel.
   * @param consistency default: what the request asked for.
   */
  read<const R extends readonly Read[]>(
    reads: R,
    consistency?: Consistency,
  ): Promise<Result<ResultsOf<R>, Failure>>;

  /**
   * The newest `limit` entries over lists of many shards. Complete down to the last
   * entry returned: nothing newer than it is missing.
   */
  union(request: UnionWish): Promise<Result<UnionAcross, Failure>>;

  /**
   * Writes that all live on one shard (of `shard`, or of an id1 or id), atomically.
   * @param opId makes the batch idempotent; retried on timeout only when present.
   */
  write(
    shard: LogicalShard,
    writes: readonly Write[],
    opId: string | null,
    options?: WriteOptions,
  ): Promise<Result<WriteResponse, Failure>>;

  /** How far the client and this request have seen the shard of `id`: what is read next is at least that fresh. */
  positionOf(id: Id): Version | null;
  /** The client's own last write to each shard, as long as it matters to a cache. */
  wrote(): ReadonlyMap<PhysicalShard, Version>;
  /** Of the shard of `id`: which it is, and the client's own last write there, if it matters to a cache. */
  wroteTo(id: Id): OwnPlace;
  /** From now on the shard of `id` is read at least as fresh as this. */
  atLeast(id: Id, version: Version): void;
  /**
   * The answer was made before, for the same viewer: by a request that handed out `ticket` and had
   * seen the shard of `id` up to `at`. Nothing is read after it.
   */
  madeBy(ticket: string, id: Id, at: Version | null): void;
  /** The signed ticket to hand to the client: everything this request read and wrote. */
  ticket(): string;
  /** The oldest answer so far that was marked as older than promised, ms; null when there was none. */
  staleMs(): number | null;
  /** Object calls made so far in this request. */
  calls(): number;
  /** How long, ms, at least one of them was under way; null: none was made. */
  waitedMs(): number | null;
}
