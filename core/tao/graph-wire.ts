import { z } from "zod";

import { type Id, parseId } from "../ids.ts";
import { LIMITS } from "../limits.ts";

/**
 * JSON of the operator's graph endpoints (`POST /v1/admin/graph/write` and `/read`),
 * used by the demo world and the importer. Ids are decimal strings; "$n" stands for the
 * id that the `objAdd` at place n of the same batch got.
 */
const id = z.string().transform((text, ctx): Id => {
  const result = /^\$(\d{1,4})$/.exec(text);
  const parsed = result ? (BigInt(-1 - Number(result[1])) as Id) : parseId(text);
  if (parsed === null) ctx.addIssue({ code: "custom", message: "a decimal id or $n" });
  return parsed ?? (0n as Id);
});
const shard = z
  .int()
  .min(0)
  .max((1 << 20) - 1);
const atype = z.int().min(1).max(65_535);
const timeMs = z.int().min(0);
const data = z.string();
const version = z.object({ epoch: z.int().min(0), seq: z.int().min(0) });
const ifVersion = version.nullable().optional();

const write = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("objAdd"), otype: atype, shard, data }),
  z.strictObject({ op: z.literal("objUpdate"), id, patch: data, ifVersion }),
  z.strictObject({ op: z.literal("objDelete"), id, ifVersion }),
  z.strictObject({
    op: z.literal("assocAdd"),
    id1: id,
    atype,
    id2: id,
    timeMs,
    data: data.default(""),
    ifVersion,
  }),
  z.strictObject({ op: z.literal("assocDelete"), id1: id, atype, id2: id, ifVersion }),
  z.strictObject({
    op: z.literal("assocChangeType"),
    id1: id,
    atype,
    id2: id,
    newType: atype,
    ifVersion,
  }),
]);

/** Batches may be of any shards; each is atomic by itself and idempotent by its opId. */
export const graphWriteSchema = z.strictObject({
  batches: z
    .array(
      z.strictObject({
        /** A logical shard of the physical shard that all writes live on. */
        shard,
        opId: z.string().min(1).max(LIMITS.opIdCharsMax).nullable(),
        writes: z.array(write).min(1).max(LIMITS.writesPerCallMax),
      }),
    )
    .min(1)
    .max(256),
});
export type GraphWrite = z.infer<typeof graphWriteSchema>;

const after = z.object({ timeMs, id2: id }).nullable();
const limit = z.int().min(1).max(LIMITS.listEntriesMax);
const read = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("objGet"), id }),
  z.strictObject({
    op: z.literal("assocGet"),
    id1: id,
    atype,
    id2s: z.array(id).max(LIMITS.readsPerCallMax),
    highMs: timeMs.optional(),
    lowMs: timeMs.optional(),
  }),
  z.strictObject({ op: z.literal("assocCount"), id1: id, atype }),
  z.strictObject({ op: z.literal("assocRange"), id1: id, atype, after, limit }),
  z.strictObject({
    op: z.literal("assocTimeRange"),
    id1: id,
    atype,
    highMs: timeMs,
    lowMs: timeMs,
    limit,
  }),
]);
export const graphReadSchema = z.strictObject({
  consistency: z.enum(["eventual", "ticket", "leader"]).default("eventual"),
  /** Ask exactly this follower of each shard, whatever it has: for probes. Eventual only. */
  follower: z
    .strictObject({
      region: z.string(),
      replica: z
        .int()
        .min(0)
        .max(LIMITS.followersMax - 1)
        .default(0),
    })
    .optional(),
  reads: z.array(read).min(1).max(LIMITS.readsPerCallMax),
});

/** Answers of `write`: one per batch, in order; ids decimal, versions "epoch.seq". */
export interface GraphWriteAnswer {
  readonly batches: readonly (
    | {
        readonly ok: true;
        readonly replayed: boolean;
        readonly results: readonly { id: string; version: string | null; changed: boolean }[];
      }
    | { readonly ok: false; readonly error: { readonly code: string } & Record<string, unknown> }
  )[];
}

/** JSON text of any graph value: ids become decimal strings. */
export const toGraphJson = (value: unknown): string =>
  JSON.stringify(value, (_key, field: unknown) =>
    typeof field === "bigint" ? field.toString() : field,
  );
