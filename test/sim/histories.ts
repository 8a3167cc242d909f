import { type Id, logicalShard, idRange } from "../../core/ids.ts";
import type { LogEntry, LogRecord, Mutation } from "../../core/tao/log.ts";
import { ASSOC, OBJECT } from "../../core/tao/registry.ts";
import type { WriteResult } from "../../core/tao/types.ts";
import type { History, Observation, ReadEvent, WriteEvent } from "../../sim/history.ts";
import { Truth } from "../../sim/truth.ts";

const EPOCH = 1;
export const TTL_MS = 60_000;
const { from } = idRange(logicalShard(0));
export const ANN = (from + 1n) as Id;
export const BEN = (from + 2n) as Id;
export const CAM = (from + 3n) as Id;
export const LIST = { id1: ANN, atype: ASSOC.mutes } as const;

export const at = (seq: number) => ({ epoch: EPOCH, seq });

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
export function commitsOf(mutations: readonly Mutation[], opIds: readonly (string | null)[] = []) {
  const versions = new Map<string, number>();
  return mutations.map((mutation, index) => {
    const seq = index + 1;
    const key = mutation.kind === "object" ? `o${mutation.id}` : `l${mutation.id1}`;
    const prev = versions.get(key);
    versions.set(key, seq);
    const entry: LogEntry = { seq, prev: prev === undefined ? null : at(prev), mutation };
    const timeMs = seq * 1_000;
    const record: LogRecord = {
      epoch: EPOCH,
      opId: opIds[index] ?? null,
      timeMs,
      entries: [entry],
    };
    return { shard: 0, atMs: timeMs, records: [record] };
  });
}

export const history = (parts: Partial<History>): History => ({
  commits: [],
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

export const sawObject = (id: Id, data: string | null, seq: number | null = null): Observation => ({
  of: "object",
  id,
  value: data === null ? null : { data, seq },
});

type Checker<V> = (history: History, truth: Truth) => readonly V[];

/** How many violations a checker finds. */
export const found = <V>(checker: Checker<V>, parts: Partial<History>): number => {
  const whole = history(parts);
  return checker(whole, new Truth(whole.commits)).length;
};
