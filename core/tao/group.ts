import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { Draft } from "./draft.ts";
import { charsOf, type LogRecord } from "./log.ts";
import { encodeRecord } from "./log-wire.ts";
import { utf8Bytes, writesHash } from "./payload.ts";
import { setEdge } from "./edges.ts";
import { planWrites } from "./plan.ts";
import type { PlanContext } from "./plan-context.ts";
import type { InverseWrite, WriteRequest, WriteResponse } from "./service.ts";
import type { PhysicalShard } from "./shard-map.ts";
import type { Commit, OpRow, PlanRows } from "./store.ts";
import { compareVersions, type Version } from "./version.ts";

/** Inverse edges that another shard delivers, in its order. */
export interface InverseBatch {
  readonly from: PhysicalShard;
  readonly inverses: readonly InverseWrite[];
}

export type GroupRequest =
  | { readonly kind: "write"; readonly request: WriteRequest }
  | { readonly kind: "inverse"; readonly batch: InverseBatch };

export interface GroupPlan {
  /**
   * In the order of the requests; an inverse batch answers with the new head. Fewer than
   * the requests when those would have been too much for one commit: the rest wait.
   */
  readonly answers: readonly Result<WriteResponse, Failure>[];
  /** null when nothing has to be written. */
  readonly commit: Commit | null;
}

/** Decides what a group of requests does to the shard. Requests fail one by one; the rest commit together. */
export function planGroup(
  head: Version,
  rows: PlanRows,
  requests: readonly GroupRequest[],
  context: PlanContext,
): GroupPlan {
  const draft = new Draft(head, rows);
  const records: LogRecord[] = [];
  const answers: Result<WriteResponse, Failure>[] = [];
  let chars = 0;
  for (const item of requests) {
    if (chars >= LIMITS.groupCharsMax) break;
    const before = records.length;
    answers.push(
      item.kind === "write"
        ? planRequest(draft, item.request, records, context)
        : ok(planInverses(draft, item.batch, records, context.nowMs)),
    );
    for (const record of records.slice(before)) chars += charsOf(record);
  }
  const changes = draft.changes();
  const isEmpty = records.length === 0 && changes.ops.length === 0 && changes.sources.length === 0;
  return { answers, commit: isEmpty ? null : { ...changes, records } };
}

function planRequest(
  draft: Draft,
  request: WriteRequest,
  records: LogRecord[],
  context: PlanContext,
): Result<WriteResponse, Failure> {
  const { opId, writes, trace } = request;
  const hash = opId === null ? "" : writesHash(writes);
  const known = opId === null ? null : draft.op(opId);
  if (known !== null) return replay(known, hash);

  const { outcome, entries } = draft.attempt(() => {
    const planned = planWrites(draft, writes, context);
    return planned.ok && isTooLarge(draft, context.nowMs) ? tooLarge : planned;
  });
  if (!outcome.ok) return outcome;
  const { nowMs: timeMs } = context;
  const at = draft.head;
  const traced = trace === undefined ? undefined : { trace };
  if (entries.length > 0) records.push({ epoch: at.epoch, opId, timeMs, entries, ...traced });
  if (opId !== null) draft.putOp({ opId, hash, timeMs, at, results: outcome.value });
  return ok({ results: outcome.value, at, replayed: false, timeMs });
}

const tooLarge = err({
  code: "too_large",
  field: "writes",
  bytesMax: LIMITS.recordBytesMax,
} as const);

/** A record that its store would refuse would take the whole group with it. */
function isTooLarge({ entries, head }: Draft, timeMs: number): boolean {
  // A character of a payload is at most three bytes, and the rest of a row 200.
  const most = entries.reduce(
    (sum, { mutation }) => sum + 200 + 3 * (mutation.data?.length ?? 0),
    0,
  );
  if (most + 1_000 <= LIMITS.recordBytesMax) return false;
  const record = { epoch: head.epoch, opId: null, timeMs, entries };
  return utf8Bytes(encodeRecord(record)) + 1_000 > LIMITS.recordBytesMax;
}

function replay(known: OpRow, hash: string): Result<WriteResponse, Failure> {
  if (known.hash !== hash) {
    return err({ code: "idempotency_mismatch", reason: "the key was used with other content" });
  }
  return ok({ results: known.results, at: known.at, replayed: true, timeMs: known.timeMs });
}

/** Each source's inverses arrive in order and at least once: the cursor makes them exactly once. */
function planInverses(
  draft: Draft,
  batch: InverseBatch,
  records: LogRecord[],
  nowMs: number,
): WriteResponse {
  const { entries } = draft.attempt(() => {
    for (const inverse of batch.inverses) {
      if (compareVersions(inverse.source, draft.source(batch.from)) <= 0) continue;
      setEdge(draft, inverse, inverse.edge);
      draft.putSource(batch.from, inverse.source);
    }
    return ok(null);
  });
  if (entries.length > 0) {
    records.push({ epoch: draft.head.epoch, opId: null, timeMs: nowMs, entries });
  }
  return { results: [], at: draft.head, replayed: false, timeMs: nowMs };
}
