import { type Id, shardOf } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC, OBJECT } from "../../../core/tao/registry.ts";
import type { AssocType, Read, Write } from "../../../core/tao/types.ts";
import { stream } from "../../../dev/world/random.ts";

/** Every call of the graph that a workload makes; the place is the code on the wire. */
export const OPS = [
  "objGet",
  "assocGet",
  "assocCount",
  "assocRange",
  "assocTimeRange",
  "objAdd",
  "objUpdate",
  "objDelete",
  "assocAdd",
  "assocDelete",
  "assocChangeType",
] as const;
export type OpName = (typeof OPS)[number];
export const READS = 5;

/** One call, flat, so that it fits a fixed number of bytes. */
export interface Op {
  readonly op: OpName;
  /** The object, or the edge's start; for `objAdd` any id of the shard that it goes to. */
  readonly id1: Id;
  /** The edge's end; 0 for the rest. */
  readonly id2: Id;
  readonly atype: AssocType;
  /** Entries of a page; 0 for what has no page. */
  readonly limit: number;
  /** Bytes of an object's data in a write; 0 for the rest. */
  readonly bytes: number;
}

export const isRead = ({ op }: Op): boolean => OPS.indexOf(op) < READS;

/** How far back a time range looks: little is newer in a graph that was loaded before. */
export const RECENT_MS = 3_600_000;

/** @returns null for a write. */
export function readOf(op: Op, nowMs: number): Read | null {
  const { id1, atype, limit } = op;
  switch (op.op) {
    case "objGet":
      return { op: op.op, id: id1 };
    case "assocGet":
      return { op: op.op, id1, atype, id2s: [op.id2] };
    case "assocCount":
      return { op: op.op, id1, atype };
    case "assocRange":
      return { op: op.op, id1, atype, after: null, limit };
    case "assocTimeRange":
      return { op: op.op, id1, atype, highMs: nowMs, lowMs: nowMs - RECENT_MS, limit };
    default:
      return null;
  }
}

/** @returns null for a read. */
export function writeOf(op: Op, nowMs: number): Write | null {
  const { id1, id2, atype, bytes } = op;
  switch (op.op) {
    case "objAdd":
      return { op: op.op, otype: OBJECT.post, shard: shardOf(id1), data: postOf(bytes, nowMs) };
    case "objUpdate":
      return { op: op.op, id: id1, patch: JSON.stringify({ text: words(bytes - FIELDS_BYTES) }) };
    case "objDelete":
      return { op: op.op, id: id1 };
    case "assocAdd":
      return { op: op.op, id1, atype, id2, timeMs: nowMs, data: "" };
    case "assocDelete":
      return { op: op.op, id1, atype, id2 };
    case "assocChangeType":
      return { op: op.op, id1, atype, id2, newType: ASSOC.mutes };
    default:
      return null;
  }
}

const letters = stream(1, "letters");
const TEXT = Array.from({ length: LIMITS.postCharsMax }, () =>
  String.fromCharCode(97 + Math.floor(letters.next() * 26)),
).join("");
const words = (length: number): string => TEXT.slice(0, Math.max(0, length));

const post = (text: string, createdAtMs: number) =>
  JSON.stringify({ authorId: "1", text, audience: "public", media: [], createdAtMs });
/** What the other fields of a post take. */
const FIELDS_BYTES = post("", 1_700_000_000_000).length;

/** What a post's data may take: nothing but its fields, up to the longest text. */
export const POST_BYTES = { min: FIELDS_BYTES, max: FIELDS_BYTES + LIMITS.postCharsMax } as const;

/** A post whose data has `bytes` bytes, as far as a post can be that short or long. */
const postOf = (bytes: number, nowMs: number): string => post(words(bytes - FIELDS_BYTES), nowMs);
