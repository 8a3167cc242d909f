import { z } from "zod";

import { type Id, parseId } from "../ids.ts";
import { toGraphJson } from "./graph-wire.ts";
import type { LogRecord } from "./log.ts";
import type { InverseWrite } from "./service.ts";
import type { OpRow } from "./store.ts";

/** JSON texts of log records, intents and answers as stores keep them. */
const id = z.string().transform((text): Id => parseId(text) ?? (0n as Id));
const version = z.object({ epoch: z.number(), seq: z.number() });
const mutation = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("object"), id, otype: z.number(), data: z.string().nullable() }),
  z.object({
    kind: z.literal("assoc"),
    id1: id,
    atype: z.number(),
    id2: id,
    timeMs: z.number(),
    data: z.string().nullable(),
    count: z.number(),
  }),
]);
const record = z.object({
  epoch: z.number(),
  opId: z.string().nullable(),
  timeMs: z.number(),
  entries: z.array(z.object({ seq: z.number(), prev: version.nullable(), mutation })),
});
const inverse = z.object({
  source: version,
  id1: id,
  atype: z.number(),
  id2: id,
  edge: z.object({ timeMs: z.number(), data: z.string() }).nullable(),
});
const answer = z.object({
  at: version,
  results: z.array(z.object({ id, version: version.nullable(), changed: z.boolean() })),
});

export const encodeRecord = (value: LogRecord): string => toGraphJson(value);
export const decodeRecord = (text: string): LogRecord => record.parse(JSON.parse(text));
export const encodeInverse = (value: InverseWrite): string => toGraphJson(value);
export const decodeInverse = (text: string): InverseWrite => inverse.parse(JSON.parse(text));
export const encodeAnswer = ({ at, results }: OpRow): string => toGraphJson({ at, results });
export const decodeAnswer = (text: string): Pick<OpRow, "at" | "results"> =>
  answer.parse(JSON.parse(text));
