import type { Id } from "../core/ids.ts";
import type { LogRecord } from "../core/tao/log.ts";
import type { Consistency, WriteResponse } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { AssocKey, ListKey, ListRow, ObjectRow } from "../core/tao/store.ts";
import type { Assoc, ListCursor, Write } from "../core/tao/types.ts";
import type { Version } from "../core/tao/version.ts";
import type { Position } from "./position.ts";

/** A group became durable in a store. Times are virtual Unix milliseconds, without any clock's error. */
export interface CommitEvent {
  readonly kind: "commit";
  readonly shard: PhysicalShard;
  /** Where: each region's own, or one for all. */
  readonly store: string;
  readonly atMs: number;
  readonly records: readonly LogRecord[];
}

/** A leader opened a store in a new epoch: the shard's log goes on there, from `after`. */
export interface EpochEvent {
  readonly kind: "epoch";
  readonly shard: PhysicalShard;
  readonly store: string;
  readonly atMs: number;
  readonly epoch: number;
  readonly after: Version;
}

export type ShardEvent = CommitEvent | EpochEvent;

/** The last time that a leader acknowledged or answered in an epoch. */
export interface Act {
  readonly shard: PhysicalShard;
  readonly epoch: number;
  readonly lastMs: number;
  readonly what: string;
}

/** An edge as somebody saw it; `version` null where the answer does not tell it. */
export interface SeenEdge {
  readonly id2: Id;
  readonly timeMs: number;
  readonly data: string;
  readonly version: Position | null;
}

/** One thing that an answer says about one key. */
export type Observation =
  | {
      readonly of: "object";
      readonly id: Id;
      /** null: it does not exist. */
      readonly value: { readonly data: string; readonly version: Position | null } | null;
    }
  | {
      readonly of: "edge";
      readonly key: AssocKey;
      readonly value: SeenEdge | null;
      /** Asked for only within these times, both inclusive. */
      readonly highMs: number;
      readonly lowMs: number;
    }
  | { readonly of: "count"; readonly key: ListKey; readonly count: number }
  | {
      readonly of: "newest";
      readonly key: ListKey;
      /** The newest edges below `after`, in list order; null: of the whole list. */
      readonly edges: readonly SeenEdge[];
      readonly after: ListCursor | null;
      /** Edges below this place may be missing; null: there are none. */
      readonly downTo: ListCursor | null;
    };

export interface Seen {
  readonly shard: PhysicalShard;
  readonly observation: Observation;
}

interface Request {
  readonly client: string;
  readonly invokeMs: number;
  readonly doneMs: number;
}

export interface WriteEvent extends Request {
  readonly kind: "write";
  readonly shard: PhysicalShard;
  readonly opId: string | null;
  readonly writes: readonly Write[];
  /** null: refused, or the outcome is unknown. */
  readonly response: WriteResponse | null;
  /** True when it is certain that nothing was written. */
  readonly refused: boolean;
}

export interface ReadEvent extends Request {
  readonly kind: "read";
  readonly consistency: Consistency;
  /** How old the answer admits to be; null: within the promised bound. */
  readonly staleMs: number | null;
  readonly allowStale: boolean;
  readonly seen: readonly Seen[];
  /** What of it is newer than the position that the ticket names; absent: not looked at. */
  readonly unnamed?: readonly Seen[];
}

export type ClientEvent = WriteEvent | ReadEvent;

/** What one follower says about every key after quiescence. */
export interface FinalView {
  readonly follower: string;
  /** When: what was written later is not in it. Absent: at the end. */
  readonly atMs?: number;
  readonly seen: readonly Seen[];
}

export interface Stored {
  readonly shard: PhysicalShard;
  readonly objects: readonly ObjectRow[];
  readonly assocs: readonly Assoc[];
  readonly lists: readonly ListRow[];
}

/** A follower that at rest has less of the log than there is, although it has asked within the TTL. */
export interface Laggard {
  readonly follower: string;
  readonly applied: Version;
  readonly head: Version;
}

/** What somebody has heard who takes a shard's log by its records. */
export interface Told {
  readonly shard: PhysicalShard;
  /** Where each record ends that it got. */
  readonly heard: ReadonlySet<Position>;
  /** Up to here the log was gone when it asked. */
  readonly skippedTo: Position;
}

/** Everything the checkers know about a run. */
export interface History {
  /** In the order in which they became durable. */
  readonly shards: readonly ShardEvent[];
  readonly acts: readonly Act[];
  /** What promotions said is lost: the position of each entry. */
  readonly listed: readonly { readonly shard: PhysicalShard; readonly at: Position }[];
  /** And each opId whose answer is lost with it. */
  readonly listedOps: readonly { readonly shard: PhysicalShard; readonly opId: string }[];
  /** In the order of their answers; each client has one request at a time. */
  readonly events: readonly ClientEvent[];
  readonly finals: readonly FinalView[];
  /** Attempts of standbys to store what does not follow, each told in a sentence. */
  readonly misfits?: readonly string[];
  readonly laggards?: readonly Laggard[];
  /** At any time: followers that kept less of the log than they had told their leader. */
  readonly brokenWords?: readonly Laggard[];
  readonly told?: readonly Told[];
  readonly stored: readonly Stored[];
  /** The same in each lull: when all had been quiet for as long as at the end. */
  readonly storedInLulls?: readonly (readonly Stored[])[];
  /** The promised bound on staleness, and what a follower's own clock may have drifted within it. */
  readonly ttlMs: number;
}

/** What a checker found: which guarantee, and a sentence with keys, positions and times. */
export interface Violation {
  readonly guarantee: string;
  readonly what: string;
}
