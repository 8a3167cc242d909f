import type { InferSelectModel } from "drizzle-orm";
import { z } from "zod";

import {
  decodeAnswer,
  decodeInverse,
  decodeRecord,
  encodeAnswer,
  encodeInverse,
  encodeRecord,
} from "../core/tao/log-wire.ts";
import { endOf, type LogRecord } from "../core/tao/log.ts";
import type { Commit, IntentRow, OpRow, SourceRow } from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type * as schema from "./schema.ts";

/** What a group changes beside the graph itself. */
export interface Effects {
  readonly ops: readonly OpRow[];
  readonly intents: readonly IntentRow[];
  readonly sources: readonly SourceRow[];
}

/** One row of the log: all that the tables need to follow it. */
export interface LogRow {
  readonly place: number;
  /** The shard's head once this row is there. */
  readonly head: Version;
  readonly timeMs: number;
  readonly record: LogRecord | null;
  readonly effects: Effects | null;
}

/** A group's rows from `place` on: one per record, the effects of the group on the last. */
export function rowsOf(commit: Commit, place: number): LogRow[] {
  const { records, ops, intents, sources } = commit;
  const effects =
    ops.length + intents.length + sources.length === 0 ? null : { ops, intents, sources };
  const timeMs = records[0]?.timeMs ?? ops[0]?.timeMs ?? 0;
  if (records.length === 0) return [{ place, head: commit.head, timeMs, record: null, effects }];
  return records.map((record, index) => ({
    place: place + index,
    head: endOf(record),
    timeMs: record.timeMs,
    record,
    effects: index === records.length - 1 ? effects : null,
  }));
}

/** Characters beside the payload: of an entry with its key, of an answer's result, of an intent. */
const ENTRY_CHARS = 150;

/** About how many characters a row holds; bounds need no more, and this costs no encoding. */
export function charsOf({ record, effects }: LogRow): number {
  let chars = ENTRY_CHARS;
  for (const { mutation } of record?.entries ?? [])
    chars += ENTRY_CHARS + (mutation.data?.length ?? 0);
  for (const { results } of effects?.ops ?? []) chars += ENTRY_CHARS * (1 + results.length);
  for (const { inverse } of effects?.intents ?? [])
    chars += ENTRY_CHARS + (inverse.edge?.data.length ?? 0);
  return chars;
}

/** The first rows that together stay within the bounds; always one, if there is one. */
export function firstWithin(rows: readonly LogRow[], rowsMax: number, charsMax: number): LogRow[] {
  let chars = 0;
  const end = rows.findIndex((row, index) => {
    chars += charsOf(row);
    return index > 0 && (index >= rowsMax || chars > charsMax);
  });
  return rows.slice(0, end < 0 ? rows.length : end);
}

const version = z.object({ epoch: z.number(), seq: z.number() });
const opCells = z.tuple([z.string(), z.string(), z.number(), z.string()]);
const effectCells = z.object({
  ops: z.array(opCells),
  intents: z.array(z.tuple([z.number(), z.string()])),
  sources: z.array(z.object({ shard: z.number(), version })),
});

const cellsOfOp = (op: OpRow) => [op.opId, op.hash, op.timeMs, encodeAnswer(op)];
const opOfCells = ([opId, hash, timeMs, answer]: z.infer<typeof opCells>): OpRow => ({
  opId,
  hash,
  timeMs,
  ...decodeAnswer(answer),
});

export const encodeOp = (op: OpRow): string => JSON.stringify(cellsOfOp(op));
export const decodeOp = (text: string): OpRow => opOfCells(opCells.parse(JSON.parse(text)));

export const encodeEffects = ({ ops, intents, sources }: Effects): string =>
  JSON.stringify({
    ops: ops.map(cellsOfOp),
    intents: intents.map(({ target, inverse }) => [target, encodeInverse(inverse)]),
    sources,
  });

function decodeEffects(text: string): Effects {
  const { ops, intents, sources } = effectCells.parse(JSON.parse(text));
  return {
    ops: ops.map(opOfCells),
    intents: intents.map(([target, inverse]) => ({ target, inverse: decodeInverse(inverse) })),
    sources,
  };
}

export const toCells = (shard: number, writer: string, row: LogRow) => ({
  shard,
  writer,
  place: row.place,
  ...row.head,
  timeMs: row.timeMs,
  record: row.record === null ? null : encodeRecord(row.record),
  lastSeq: row.record === null ? null : row.head.seq,
  effects: row.effects === null ? null : encodeEffects(row.effects),
});

export const fromCells = (row: InferSelectModel<typeof schema.log>): LogRow => ({
  place: row.place,
  head: { epoch: row.epoch, seq: row.seq },
  timeMs: row.timeMs,
  record: row.record === null ? null : decodeRecord(row.record),
  effects: row.effects === null ? null : decodeEffects(row.effects),
});
