import { z } from "zod";

import { type Id, parseId } from "../ids.ts";
import type { LogEntry, LogRecord } from "./log.ts";
import type { InverseWrite } from "./service.ts";
import type { OpRow } from "./store.ts";
import type { WriteResult } from "./types.ts";
import type { Version } from "./version.ts";

/**
 * JSON texts of log records, intents and answers as stores keep them. Rows are arrays:
 * a log has a row per write for minutes, and field names would be most of it.
 */
const id = z.string().transform((text): Id => parseId(text) ?? (0n as Id));
const data = z.string().nullable();
/** [epoch, seq], or 0 for none. */
const version = z
  .union([z.literal(0), z.tuple([z.number(), z.number()])])
  .transform((row): Version | null => (row === 0 ? null : { epoch: row[0], seq: row[1] }));
const present = z
  .tuple([z.number(), z.number()])
  .transform(([epoch, seq]): Version => ({ epoch, seq }));

const objectRow = z
  .tuple([z.number(), version, z.literal("o"), id, z.number(), data])
  .transform(([seq, prev, , object, otype, text]): LogEntry => ({
    seq,
    prev,
    mutation: { kind: "object", id: object, otype, data: text },
  }));
const assocRow = z
  .tuple([z.number(), version, z.literal("a"), id, z.number(), id, z.number(), data, z.number()])
  .transform(([seq, prev, , id1, atype, id2, timeMs, text, count]): LogEntry => ({
    seq,
    prev,
    mutation: { kind: "assoc", id1, atype, id2, timeMs, data: text, count },
  }));
const record = z
  .tuple([z.number(), z.string().nullable(), z.number(), z.array(z.union([assocRow, objectRow]))])
  .transform(([epoch, opId, timeMs, entries]): LogRecord => ({ epoch, opId, timeMs, entries }));

const inverse = z
  .tuple([present, id, z.number(), id, z.union([z.null(), z.tuple([z.number(), z.string()])])])
  .transform(([source, id1, atype, id2, edge]): InverseWrite => ({
    source,
    id1,
    atype,
    id2,
    edge: edge === null ? null : { timeMs: edge[0], data: edge[1] },
  }));

const resultRow = z
  .tuple([id, version, z.boolean()])
  .transform(([of, at, changed]): WriteResult => ({ id: of, version: at, changed }));
const answer = z
  .tuple([present, z.array(resultRow)])
  .transform(([at, results]): Pick<OpRow, "at" | "results"> => ({ at, results }));

const versionCells = (at: Version | null) => (at === null ? 0 : [at.epoch, at.seq]);

function entryCells({ seq, prev, mutation }: LogEntry): readonly unknown[] {
  const head = [seq, versionCells(prev)];
  if (mutation.kind === "object") {
    return [...head, "o", mutation.id.toString(), mutation.otype, mutation.data];
  }
  const { id1, atype, id2, timeMs, data: text, count } = mutation;
  return [...head, "a", id1.toString(), atype, id2.toString(), timeMs, text, count];
}

export const encodeRecord = ({ epoch, opId, timeMs, entries }: LogRecord): string =>
  JSON.stringify([epoch, opId, timeMs, entries.map(entryCells)]);
export const decodeRecord = (text: string): LogRecord => record.parse(JSON.parse(text));

export const encodeInverse = ({ source, id1, atype, id2, edge }: InverseWrite): string =>
  JSON.stringify([
    [source.epoch, source.seq],
    id1.toString(),
    atype,
    id2.toString(),
    edge === null ? null : [edge.timeMs, edge.data],
  ]);
export const decodeInverse = (text: string): InverseWrite => inverse.parse(JSON.parse(text));

export const encodeAnswer = ({ at, results }: OpRow): string =>
  JSON.stringify([
    [at.epoch, at.seq],
    results.map((result) => [result.id.toString(), versionCells(result.version), result.changed]),
  ]);
export const decodeAnswer = (text: string): Pick<OpRow, "at" | "results"> =>
  answer.parse(JSON.parse(text));
