import { z } from "zod";

import { err, ok, type Result } from "../result.ts";
import { DENSE_COUNT, ID_COUNT, ID_NAMES, ID_SIZES, SCHEMA } from "./features.ts";
import { type Head, HEAD_COUNT, HEADS } from "./heads.ts";
import { RANKING_LIMITS } from "./limits.ts";

/**
 * One post that was shown: its features exactly as they were served, and what the viewer did. It is
 * written once, when no more actions count. Training reads nothing else.
 */
export interface LogRecord {
  /** Fingerprint of the features. */
  readonly schema: string;
  /** One request's page: what was shown together. */
  readonly slate: string;
  /** Unix ms of the request, when the features were frozen. */
  readonly timeMs: number;
  /** Decimal text. */
  readonly viewer: string;
  readonly post: string;
  /** From 0, the top of the slate. */
  readonly place: number;
  /** Bit `n` is `HEADS[n]`. */
  readonly actions: number;
  /** `DENSE_COUNT` numbers, as served: the column of the place is 0. */
  readonly dense: Float32Array;
  /** `ID_COUNT` numbers, each below its table's size. */
  readonly ids: Int32Array;
}

const id = z.string().min(1).max(RANKING_LIMITS.logIdCharsMax);
const lineSchema = z.object({
  schema: id,
  slate: id,
  timeMs: z.int().nonnegative(),
  viewer: id,
  post: id,
  place: z.int().min(0).max(RANKING_LIMITS.logPlaceMax),
  actions: z
    .int()
    .min(0)
    .max(2 ** HEAD_COUNT - 1),
  dense: z.array(z.number()).length(DENSE_COUNT),
  ids: z.array(z.int().nonnegative()).length(ID_COUNT),
});

/** One line of a log segment, without its end: JSON. Nine digits give every 32-bit float back exactly. */
export const lineOf = (record: LogRecord): string =>
  JSON.stringify({
    ...record,
    dense: Array.from(record.dense, (value) => Number(value.toPrecision(9))),
    ids: [...record.ids],
  } satisfies z.infer<typeof lineSchema>);

/** `other_schema` is a record of other features: older or newer, not wrong. */
export type LineFault = "malformed" | "other_schema";

export function recordOf(line: string): Result<LogRecord, LineFault> {
  const json = line.length > RANKING_LIMITS.logLineCharsMax ? undefined : parsed(line);
  if (isOtherSchema(json)) return err("other_schema");
  const { success, data } = lineSchema.safeParse(json);
  if (!success) return err("malformed");
  const fits = ID_NAMES.every((name, column) => (data.ids[column] ?? 0) < ID_SIZES[name]);
  if (!fits) return err("malformed");
  return ok({ ...data, dense: Float32Array.from(data.dense), ids: Int32Array.from(data.ids) });
}

const isOtherSchema = (json: unknown): boolean => {
  const { success, data } = z.object({ schema: id }).safeParse(json);
  return success && data.schema !== SCHEMA;
};

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export const actionBits = (heads: Iterable<Head>): number => {
  let bits = 0;
  for (const head of heads) bits |= 1 << HEADS.indexOf(head);
  return bits;
};

export const headsIn = (actions: number): Head[] =>
  HEADS.filter((_, bit) => (actions & (1 << bit)) !== 0);
