import type { Id, LogicalShard } from "../ids.ts";
import type { Version } from "./version.ts";

/** Code of an object type in `registry.ts`. */
export type ObjectType = number;
/** Code of an association type in `registry.ts`. */
export type AssocType = number;

/** A node. `data` is canonical JSON text (no raw tab or newline), so it crosses hops and lands in pages as it is. */
export interface TaoObject {
  readonly id: Id;
  readonly otype: ObjectType;
  readonly data: string;
  readonly version: Version;
}

/** A directed edge `id1 --atype--> id2`, at most one per triple, stored on id1's shard. */
export interface Assoc {
  readonly id1: Id;
  readonly atype: AssocType;
  readonly id2: Id;
  /** Unix milliseconds, set by the caller; lists are newest first by (timeMs, id2). */
  readonly timeMs: number;
  /** Canonical JSON text, or "" for none. */
  readonly data: string;
  readonly version: Version;
}

/** Where a list page ended: the next page starts strictly below. */
export interface ListCursor {
  readonly timeMs: number;
  readonly id2: Id;
}

/** Reads of the TAO paper, with a cursor for `pos`. */
export type Read =
  | { readonly op: "objGet"; readonly id: Id }
  | {
      readonly op: "assocGet";
      readonly id1: Id;
      readonly atype: AssocType;
      readonly id2s: readonly Id[];
      /** Keep only edges with lowMs <= timeMs <= highMs. */
      readonly highMs?: number;
      readonly lowMs?: number;
    }
  | { readonly op: "assocCount"; readonly id1: Id; readonly atype: AssocType }
  | {
      readonly op: "assocRange";
      readonly id1: Id;
      readonly atype: AssocType;
      readonly after: ListCursor | null;
      readonly limit: number;
    }
  | {
      readonly op: "assocTimeRange";
      readonly id1: Id;
      readonly atype: AssocType;
      readonly highMs: number;
      readonly lowMs: number;
      readonly limit: number;
    };

export type ReadResult =
  | { readonly op: "objGet"; readonly object: TaoObject | null }
  | { readonly op: "assocGet"; readonly assocs: readonly Assoc[] }
  | { readonly op: "assocCount"; readonly count: number }
  | { readonly op: "assocRange"; readonly assocs: readonly Assoc[]; readonly more: boolean }
  | { readonly op: "assocTimeRange"; readonly assocs: readonly Assoc[]; readonly more: boolean };

export type ResultOf<R extends Read> = Extract<ReadResult, { op: R["op"] }>;

/**
 * `ifVersion` on a write: absent means "whatever is there", null means "must not
 * exist", a version means "must be exactly this one".
 */
export type Precondition = Version | null;

/**
 * Writes of the TAO paper. Inside one batch an id may be `resultId(n)`: the id that
 * the `objAdd` at place n got. Inverse edges are derived, never written by callers.
 */
export type Write =
  | {
      readonly op: "objAdd";
      readonly otype: ObjectType;
      /** `shardOf(owner)` keeps an object beside its owner. */
      readonly shard: LogicalShard;
      readonly data: string;
    }
  | {
      readonly op: "objUpdate";
      readonly id: Id;
      /** JSON object merged over the stored one, field by field. */
      readonly patch: string;
      readonly ifVersion?: Precondition;
    }
  | { readonly op: "objDelete"; readonly id: Id; readonly ifVersion?: Precondition }
  | {
      readonly op: "assocAdd";
      readonly id1: Id;
      readonly atype: AssocType;
      readonly id2: Id;
      readonly timeMs: number;
      readonly data: string;
      readonly ifVersion?: Precondition;
    }
  | {
      readonly op: "assocDelete";
      readonly id1: Id;
      readonly atype: AssocType;
      readonly id2: Id;
      readonly ifVersion?: Precondition;
    }
  | {
      readonly op: "assocChangeType";
      readonly id1: Id;
      readonly atype: AssocType;
      readonly id2: Id;
      readonly newType: AssocType;
      readonly ifVersion?: Precondition;
    };

/** What one write did. `changed` is false for a delete of nothing or an identical re-add. */
export interface WriteResult {
  /** The object's id; for an edge, its id2. */
  readonly id: Id;
  readonly version: Version | null;
  readonly changed: boolean;
}

/** In a batch, stands for the id that the `objAdd` at place `index` got. */
export const resultId = (index: number): Id => BigInt(-1 - index) as Id;
/** @returns the place in the batch, or null for an ordinary id. */
export const resultIndex = (id: Id): number | null => (id < 0n ? Number(-id) - 1 : null);

/** List order: newest first, then larger id2 first. Negative when `a` comes first. */
export function compareListOrder(a: ListCursor, b: ListCursor): number {
  if (a.timeMs !== b.timeMs) return b.timeMs - a.timeMs;
  return a.id2 === b.id2 ? 0 : a.id2 > b.id2 ? -1 : 1;
}
