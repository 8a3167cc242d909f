import type { Id } from "../ids.ts";
import type { TraceContext } from "../telemetry/trace.ts";
import type { AssocType, ObjectType } from "./types.ts";
import type { Version } from "./version.ts";

/** What one log entry did to its key. `data: null` is a deletion. */
export type Mutation =
  | {
      readonly kind: "object";
      readonly id: Id;
      readonly otype: ObjectType;
      readonly data: string | null;
    }
  | {
      readonly kind: "assoc";
      readonly id1: Id;
      readonly atype: AssocType;
      readonly id2: Id;
      readonly timeMs: number;
      readonly data: string | null;
      /** Length of the list (id1, atype) afterwards. */
      readonly count: number;
    };

/** One mutation at its place in the shard's order. */
export interface LogEntry {
  readonly seq: number;
  /** Version of the object, or of the list (id1, atype), before; null if it never existed. */
  readonly prev: Version | null;
  readonly mutation: Mutation;
}

/** The entries of one write request: they committed together. Seqs are contiguous. */
export interface LogRecord {
  readonly epoch: number;
  readonly opId: string | null;
  /** Leader's clock at commit, Unix milliseconds. */
  readonly timeMs: number;
  readonly entries: readonly LogEntry[];
  /** Of a sampled write, for who is told of it now. Kept in memory alone: what is told later is told without. */
  readonly trace?: TraceContext;
}

export const firstSeq = (record: LogRecord): number => record.entries[0]?.seq ?? 0;
export const lastSeq = (record: LogRecord): number => record.entries.at(-1)?.seq ?? 0;
/** Characters that a record takes in memory and, about, in a message. */
export const charsOf = (record: LogRecord): number =>
  record.entries.reduce((sum, { mutation }) => sum + 100 + (mutation.data?.length ?? 0), 0);

/** The first of `records` that fit into `charsMax`; the first one always does. */
export function firstWithin(records: readonly LogRecord[], charsMax: number): LogRecord[] {
  let chars = 0;
  const end = records.findIndex((record, place) => {
    chars += charsOf(record);
    return chars > charsMax && place > 0;
  });
  return records.slice(0, end < 0 ? records.length : end);
}

export const endOf = (record: LogRecord): Version => ({
  epoch: record.epoch,
  seq: lastSeq(record),
});

/**
 * A group goes on where the head is. One that logs nothing ends there: it was planned on a head that may
 * have moved while its rows were read, when an earlier group turned out to be durable.
 *
 * @throws Error when it does not.
 */
export function assertFollows(
  group: { readonly head: Version; readonly records: readonly LogRecord[] },
  head: Version,
): void {
  const first = group.records[0];
  const after = first === undefined ? group.head.seq : firstSeq(first) - 1;
  if (after !== head.seq)
    throw new Error(`log collision: what follows ${after} is not put after ${head.seq}`);
}
