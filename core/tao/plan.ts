import type { Failure } from "../errors.ts";
import { formatId, type Id, nextId } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import type { Draft } from "./draft.ts";
import { mirrorEdge, setEdge } from "./edges.ts";
import { assocPayload, mergePatch, objectPayload, writableKind } from "./payload.ts";
import type { AssocKind } from "./registry.ts";
import type { PlanContext } from "./plan-context.ts";
import type { AssocKey } from "./store.ts";
import { type Precondition, resultIndex, type Write, type WriteResult } from "./types.ts";
import { formatVersion, sameVersion, type Version } from "./version.ts";

type Outcome = Result<WriteResult, Failure>;
type WriteOf<Op extends Write["op"]> = Extract<Write, { op: Op }>;

/** Applies one request's writes to the draft, in order. On a failure the caller undoes them all. */
export function planWrites(
  draft: Draft,
  writes: readonly Write[],
  context: PlanContext,
): Result<readonly WriteResult[], Failure> {
  const results: WriteResult[] = [];
  for (const [index, write] of writes.entries()) {
    const outcome = planWrite(draft, resolveIds(write, results), index, context);
    if (!outcome.ok) return outcome;
    results.push(outcome.value);
  }
  return ok(results);
}

/** Replaces `resultId(n)` by the id that the n-th write got. */
function resolveIds(write: Write, results: readonly WriteResult[]): Write {
  const resolve = (id: Id): Id => {
    const index = resultIndex(id);
    return index === null ? id : (results[index]?.id ?? id);
  };
  if (write.op === "objAdd") return write;
  if ("id" in write) return { ...write, id: resolve(write.id) };
  return { ...write, id1: resolve(write.id1), id2: resolve(write.id2) };
}

function planWrite(draft: Draft, write: Write, index: number, context: PlanContext): Outcome {
  const field = `writes[${index}]`;
  switch (write.op) {
    case "objAdd":
      return addObject(draft, write, field, context);
    case "objUpdate":
      return updateObject(draft, write, index);
    case "objDelete":
      return deleteObject(draft, write, index);
    case "assocAdd":
      return addAssoc(draft, write, index, context);
    case "assocDelete":
      return deleteAssoc(draft, write, index, context);
    case "assocChangeType":
      return changeType(draft, write, index, context);
  }
}

function addObject(
  draft: Draft,
  write: WriteOf<"objAdd">,
  field: string,
  context: PlanContext,
): Outcome {
  const data = objectPayload(write.otype, write.data, field);
  if (!data.ok) return data;
  const id = nextId(write.shard, draft.lastId(write.shard), context.nowMs);
  if (!id.ok) return id;

  draft.putLastId(write.shard, id.value);
  const { otype } = write;
  const mutation = { kind: "object", id: id.value, otype, data: data.value } as const;
  const version = draft.log(null, mutation);
  draft.putObject({ id: id.value, otype, data: data.value, version });
  return ok({ id: id.value, version, changed: true });
}

function updateObject(draft: Draft, write: WriteOf<"objUpdate">, index: number): Outcome {
  const { id } = write;
  const old = draft.object(id);
  if (old === null || old.data === null)
    return err({ code: "not_found", what: `object ${formatId(id)}` });
  const allowed = expectVersion(write.ifVersion, old.version, index);
  if (!allowed.ok) return allowed;

  const field = `writes[${index}]`;
  const merged = mergePatch(old.data, write.patch, field);
  const data = merged.ok ? objectPayload(old.otype, merged.value, field) : merged;
  if (!data.ok) return data;
  if (data.value === old.data) return ok({ id, version: old.version, changed: false });

  const mutation = { kind: "object", id, otype: old.otype, data: data.value } as const;
  const version = draft.log(old.version, mutation);
  draft.putObject({ id, otype: old.otype, data: data.value, version });
  return ok({ id, version, changed: true });
}

function deleteObject(draft: Draft, write: WriteOf<"objDelete">, index: number): Outcome {
  const { id } = write;
  const old = draft.object(id);
  const found = old !== null && old.data !== null ? old.version : null;
  const allowed = expectVersion(write.ifVersion, found, index);
  if (!allowed.ok) return allowed;
  if (old === null || found === null) return ok({ id, version: null, changed: false });

  const version = draft.log(found, { kind: "object", id, otype: old.otype, data: null });
  draft.putObject({ id, otype: old.otype, data: null, version });
  return ok({ id, version, changed: true });
}

function addAssoc(
  draft: Draft,
  write: WriteOf<"assocAdd">,
  index: number,
  context: PlanContext,
): Outcome {
  const field = `writes[${index}]`;
  const kind = writableKind(write.atype, field);
  if (!kind.ok) return kind;
  const data = assocPayload(kind.value, write.data, field);
  if (!data.ok) return data;
  const placed = selfInverseOrder(kind.value, write, field);
  if (!placed.ok) return placed;

  const old = draft.assoc(write);
  const allowed = expectVersion(write.ifVersion, old?.version ?? null, index);
  if (!allowed.ok) return allowed;
  const count = draft.list(write.id1, write.atype)?.count ?? 0;
  if (old === null && count >= kind.value.listMax) {
    return err({ code: "limit_reached", what: kind.value.name, max: kind.value.listMax });
  }
  const edge = { timeMs: write.timeMs, data: data.value };
  const version = setEdge(draft, write, edge);
  if (version !== null) mirrorEdge(draft, kind.value, write, edge, version, context);
  return ok({ id: write.id2, version: version ?? old?.version ?? null, changed: version !== null });
}

function deleteAssoc(
  draft: Draft,
  write: WriteOf<"assocDelete">,
  index: number,
  context: PlanContext,
): Outcome {
  const field = `writes[${index}]`;
  const kind = writableKind(write.atype, field);
  if (!kind.ok) return kind;
  const placed = selfInverseOrder(kind.value, write, field);
  if (!placed.ok) return placed;
  const allowed = expectVersion(write.ifVersion, draft.assoc(write)?.version ?? null, index);
  if (!allowed.ok) return allowed;

  const version = setEdge(draft, write, null);
  if (version !== null) mirrorEdge(draft, kind.value, write, null, version, context);
  return ok({ id: write.id2, version, changed: version !== null });
}

function changeType(
  draft: Draft,
  write: WriteOf<"assocChangeType">,
  index: number,
  context: PlanContext,
): Outcome {
  const { id1, id2, newType } = write;
  const old = draft.assoc(write);
  const allowed = expectVersion(write.ifVersion, old?.version ?? null, index);
  if (!allowed.ok) return allowed;
  // As in the paper: only an edge that exists changes its type.
  if (old === null) return err({ code: "not_found", what: `association writes[${index}]` });
  if (newType === write.atype) return ok({ id: id2, version: old.version, changed: false });

  const removed = deleteAssoc(
    draft,
    { op: "assocDelete", id1, atype: write.atype, id2 },
    index,
    context,
  );
  if (!removed.ok) return removed;
  const { timeMs, data } = old;
  return addAssoc(
    draft,
    { op: "assocAdd", id1, atype: newType, id2, timeMs, data },
    index,
    context,
  );
}

/**
 * A type that is its own inverse has two equal halves on two shards. Writing it only at
 * the smaller id lets one leader order every change of the pair.
 */
function selfInverseOrder(kind: AssocKind, key: AssocKey, field: string): Result<null, Failure> {
  if (kind.inverse !== kind.code || key.id1 < key.id2) return ok(null);
  return err({
    code: "invalid_request",
    field: `${field}.id1`,
    reason: "must be the smaller id of the pair",
  });
}

function expectVersion(
  expected: Precondition | undefined,
  found: Version | null,
  index: number,
): Result<null, Failure> {
  if (expected === undefined || sameVersion(expected, found)) return ok(null);
  return err({
    code: "version_mismatch",
    index,
    found: found === null ? null : formatVersion(found),
  });
}
