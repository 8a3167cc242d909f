import type { Id, LogicalShard } from "../ids.ts";
import type { LogRecord } from "./log.ts";
import type { InverseWrite, ListPrefix } from "./service.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { Assoc, AssocType, ListCursor, ObjectType, TaoObject, WriteResult } from "./types.ts";
import type { Version } from "./version.ts";

/** An object as stored: `data` null is a tombstone, kept so that its version never falls. */
export interface ObjectRow {
  readonly id: Id;
  readonly otype: ObjectType;
  readonly data: string | null;
  readonly version: Version;
}

export interface AssocKey {
  readonly id1: Id;
  readonly atype: AssocType;
  readonly id2: Id;
}

export interface ListKey {
  readonly id1: Id;
  readonly atype: AssocType;
}

/** Length and version of one list; the version outlives the last edge. */
export interface ListRow extends ListKey {
  readonly count: number;
  readonly version: Version;
}

/** The first answer to an `opId`, for its replays. */
export interface OpRow {
  readonly opId: string;
  /** Hash of the writes without their times: a replay must ask for the same. */
  readonly hash: string;
  readonly timeMs: number;
  readonly at: Version;
  readonly results: readonly WriteResult[];
}

/** An inverse edge that still has to reach another shard. Its source's seq is its key. */
export interface IntentRow {
  readonly target: PhysicalShard;
  readonly inverse: InverseWrite;
}

/** How far the inverses of another shard are applied here. */
export interface SourceRow {
  readonly shard: PhysicalShard;
  readonly version: Version;
}

/** What a group of writes has to know before it is planned. */
export interface PlanKeys {
  readonly objects: readonly Id[];
  readonly assocs: readonly AssocKey[];
  readonly lists: readonly ListKey[];
  readonly opIds: readonly string[];
  /** Logical shards that will allocate ids. */
  readonly idShards: readonly LogicalShard[];
  readonly sources: readonly PhysicalShard[];
}

/** Only what exists; a missing key has no row. */
export interface PlanRows {
  readonly objects: readonly ObjectRow[];
  readonly assocs: readonly Assoc[];
  readonly lists: readonly ListRow[];
  readonly ops: readonly OpRow[];
  /** Largest id ever given out, for the logical shards that have one. */
  readonly lastIds: ReadonlyMap<LogicalShard, Id>;
  readonly sources: readonly SourceRow[];
}

/** Everything one group commit changes. It becomes durable as a whole or not at all. */
export interface Commit {
  readonly head: Version;
  readonly records: readonly LogRecord[];
  readonly objects: readonly ObjectRow[];
  readonly assocs: readonly Assoc[];
  readonly removedAssocs: readonly AssocKey[];
  readonly lists: readonly ListRow[];
  readonly ops: readonly OpRow[];
  readonly intents: readonly IntentRow[];
  readonly sources: readonly SourceRow[];
}

export interface RangeQuery extends ListKey {
  readonly after: ListCursor | null;
  /** Inclusive bounds on time; absent means open. */
  readonly highMs?: number | undefined;
  readonly lowMs?: number | undefined;
  readonly limit: number;
}

/**
 * Thrown by a store whose shard has gone on without it: a newer epoch has begun, or another
 * leader writes. It can never commit again; who holds a lease opens another.
 */
export class DeposedError extends Error {
  override readonly name = "DeposedError";
}

/** The newest `limit` edges of one list; 0 asks for its length and version alone. */
export interface PrefixQuery extends ListKey {
  readonly limit: number;
}

/**
 * The truth of one shard. Methods take batches, so that a driver over a network needs
 * few round trips. They reject when the store is away; nothing is half-written then.
 */
export interface GraphStore {
  head(): Promise<Version>;
  planRows(keys: PlanKeys): Promise<PlanRows>;
  commit(commit: Commit): Promise<void>;

  objects(ids: readonly Id[]): Promise<readonly TaoObject[]>;
  assocs(keys: readonly AssocKey[]): Promise<readonly Assoc[]>;
  /** One answer per query, in its order, each in list order. */
  ranges(queries: readonly RangeQuery[]): Promise<readonly (readonly Assoc[])[]>;
  lists(keys: readonly ListKey[]): Promise<readonly ListRow[]>;
  /**
   * One answer per query, in its order: length, version and newest edges, all of one moment.
   * Edges beside the version of another moment would stay wrong for good in a follower.
   */
  prefixes(queries: readonly PrefixQuery[]): Promise<readonly ListPrefix[]>;

  /** Up to `limit` records after `after`, oldest first, fewer when they are large; null when trimmed past it. */
  logAfter(after: Version, limit: number): Promise<readonly LogRecord[] | null>;
  /**
   * Drops log records and ops that are older than the bounds, and whatever their age all but the
   * last `entriesMax` entries (absent: `LIMITS.logEntriesMax`); keeps the newest record.
   */
  trim(logBeforeMs: number, opsBeforeMs: number, entriesMax?: number): Promise<void>;

  /** Waiting inverse edges, oldest first per target. */
  intents(limitPerTarget: number): Promise<readonly IntentRow[]>;
  dropIntents(target: PhysicalShard, upTo: Version): Promise<void>;
  intentCount(): Promise<number>;

  followers(): Promise<readonly string[]>;
  addFollower(name: string): Promise<void>;
  dropFollower(name: string): Promise<void>;
}
