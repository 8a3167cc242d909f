import type { InferSelectModel } from "drizzle-orm";

import { idFromKey, idToKey } from "../core/ids.ts";
import { decodeAnswer, encodeAnswer, encodeInverse } from "../core/tao/log-wire.ts";
import type { AssocKey, IntentRow, ListRow, ObjectRow, OpRow } from "../core/tao/store.ts";
import type { Assoc } from "../core/tao/types.ts";
import type { assocs, lists, objects, ops } from "./sqlite-schema.ts";

/** Rows as SQLite has them, and as JSON arrays that `json_each` unpacks: one bound parameter for any number of rows. */
export const fromObject = (row: InferSelectModel<typeof objects>): ObjectRow => ({
  id: idFromKey(row.id),
  otype: row.otype,
  data: row.data,
  version: { epoch: row.epoch, seq: row.seq },
});

export const fromAssoc = (row: InferSelectModel<typeof assocs>): Assoc => ({
  id1: idFromKey(row.id1),
  atype: row.atype,
  id2: idFromKey(row.id2),
  timeMs: row.timeMs,
  data: row.data,
  version: { epoch: row.epoch, seq: row.seq },
});

export const fromList = (row: InferSelectModel<typeof lists>): ListRow => ({
  id1: idFromKey(row.id1),
  atype: row.atype,
  count: row.count,
  version: { epoch: row.epoch, seq: row.seq },
});

export const fromOp = (row: InferSelectModel<typeof ops>): OpRow => ({
  opId: row.opId,
  hash: row.hash,
  timeMs: row.timeMs,
  ...decodeAnswer(row.answer),
});

type Cell = string | number | null;
export type JsonRow = readonly Cell[];

export const objectCells = ({ id, otype, data, version }: ObjectRow): JsonRow => [
  idToKey(id),
  otype,
  data,
  version.epoch,
  version.seq,
];

export const assocKeyCells = ({ id1, atype, id2 }: AssocKey): JsonRow => [
  idToKey(id1),
  atype,
  idToKey(id2),
];

export const assocCells = (assoc: Assoc): JsonRow => [
  ...assocKeyCells(assoc),
  assoc.timeMs,
  assoc.data,
  assoc.version.epoch,
  assoc.version.seq,
];

export const listCells = ({ id1, atype, count, version }: ListRow): JsonRow => [
  idToKey(id1),
  atype,
  count,
  version.epoch,
  version.seq,
];

export const opCells = (op: OpRow): JsonRow => [op.opId, op.hash, op.timeMs, encodeAnswer(op)];

export const intentCells = ({ target, inverse }: IntentRow): JsonRow => [
  target,
  inverse.source.epoch,
  inverse.source.seq,
  encodeInverse(inverse),
];

/** Bound strings may have 2 MB; rows are split well below that. */
const CHUNK_CHARS_MAX = 500_000;

/** JSON arrays of rows, each short enough to bind. */
export function jsonChunks(rows: readonly JsonRow[]): string[] {
  const chunks: string[] = [];
  let parts: string[] = [];
  let chars = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (chars + text.length > CHUNK_CHARS_MAX && parts.length > 0) {
      chunks.push(`[${parts.join(",")}]`);
      [parts, chars] = [[], 0];
    }
    parts.push(text);
    chars += text.length;
  }
  if (parts.length > 0) chunks.push(`[${parts.join(",")}]`);
  return chunks;
}
