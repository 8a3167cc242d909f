import { type Id, logicalShard, idRange } from "../../core/ids.ts";
import type { LogEntry, LogRecord, Mutation } from "../../core/tao/log.ts";
import { ASSOC, OBJECT } from "../../core/tao/registry.ts";
import type { WriteResult } from "../../core/tao/types.ts";
import type {
  CommitEvent,
  EpochEvent,
  History,
  Observation,
  ReadEvent,
  WriteEvent,
} from "../../sim/history.ts";
import { type Position, positionOf } from "../../sim/position.ts";
import { Truth } from "../../sim/truth.ts";

const EPOCH = 1;
export const TTL_MS = 60_000;
const { from } = idRange(logicalShard(0));
export const ANN = (from + 1n) as Id;
export const BEN = (from + 2n) as Id;
export const CAM = (from + 3n) as Id;
export const LIST = { id1: ANN, atype: ASSOC.mutes } as const;

export const at = (seq: number, epoch: number = EPOCH) => ({ epoch, seq });
export const position = (seq: number, epoch: number = EPOCH): Position =>
  positionOf(at(seq, epoch));

/** A leader opens a store at `atMs`, in `epoch`, whose log ends at `after`. */
export const epoch = (
  number: number,
  after: { readonly epoch: number; readonly seq: number },
  atMs: number,
  store = "store",
): EpochEvent => ({ kind: "epoch", shard: 0, store, atMs, epoch: number, after });

export const object = (id: Id, data: string | null): Mutation => ({
  kind: "object",
  id,
  otype: OBJECT.user,
  data,
});

/** ANN mutes `id2`, or (`data` null) no longer. */
export const edge = (
  id2: Id,
  count: number,
  timeMs: number,
  data: string | null = "",
): Mutation => ({
  kind: "assoc",
  ...LIST,
  id2,
  timeMs,
  data,
  count,
});

/** One commit per mutation, a second apart, from second 1 on; shard 0. */
export function commitsOf(
  mutations: readonly Mutation[],
  opIds: readonly (string | null)[] = [],
): CommitEvent[] {
  const versions = new Map<string, number>();
  return mutations.map((mutation, index) => {
    const seq = index + 1;
    const key = mutation.kind === "object" ? `o${mutation.id}` : `l${mutation.id1}`;
    const prev = versions.get(key);
    versions.set(key, seq);
    return commit(mutation, at(seq), prev === undefined ? null : at(prev), seq * 1_000, {
      opId: opIds[index] ?? null,
    });
  });
}

export function commit(
  mutation: Mutation,
  version: LogRecordVersion,
  prev: LogRecordVersion | null,
  atMs: number,
  more: { readonly opId?: string | null; readonly store?: string } = {},
): CommitEvent {
  const { opId = null, store = "store" } = more;
  const entry: LogEntry = { seq: version.seq, prev, mutation };
  const record: LogRecord = { epoch: version.epoch, opId, timeMs: atMs, entries: [entry] };
  return { kind: "commit", shard: 0, store, atMs, records: [record] };
}

type LogRecordVersion = ReturnType<typeof at>;

export const history = (parts: Partial<History>): History => ({
  shards: [],
  acts: [],
  listed: [],
  listedOps: [],
  events: [],
  finals: [],
  stored: [],
  ttlMs: TTL_MS,
  ...parts,
});

export const read = (
  atMs: number,
  observation: Observation,
  more: Partial<ReadEvent> = {},
): ReadEvent => ({
  kind: "read",
  client: "ann",
  invokeMs: atMs,
  doneMs: atMs + 1,
  consistency: "ticket",
  staleMs: null,
  allowStale: false,
  seen: [{ shard: 0, observation }],
  ...more,
});

export const write = (
  atMs: number,
  seq: number,
  more: Partial<WriteEvent> = {},
  results: readonly WriteResult[] = [{ id: ANN, version: at(seq), changed: true }],
): WriteEvent => ({
  kind: "write",
  client: "ann",
  shard: 0,
  invokeMs: atMs,
  doneMs: atMs + 1,
  opId: null,
  writes: [],
  refused: false,
  response: { results, at: at(seq), replayed: false, timeMs: atMs },
  ...more,
});

export const sawObject = (
  id: Id,
  data: string | null,
  version: Position | null = null,
): Observation => ({
  of: "object",
  id,
  value: data === null ? null : { data, version },
});

type Checker<V> = (history: History, truth: Truth) => readonly V[];

/** How many violations a checker finds. */
export const found = <V>(checker: Checker<V>, parts: Partial<History>): number => {
  const whole = history(parts);
  return checker(whole, new Truth(whole.shards)).length;
};
