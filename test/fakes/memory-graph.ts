import type { Failure } from "../../core/errors.ts";
import { formatId, type Id, type LogicalShard, nextId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import {
  assocPayload,
  mergePatch,
  objectPayload,
  writableKind,
  writesHash,
} from "../../core/tao/payload.ts";
import type { AssocKind } from "../../core/tao/registry.ts";
import type { WriteResponse } from "../../core/tao/service.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import {
  type Assoc,
  type AssocType,
  compareListOrder,
  resultIndex,
  type TaoObject,
  type Write,
  type WriteResult,
} from "../../core/tao/types.ts";
import { formatVersion, sameVersion, type Version } from "../../core/tao/version.ts";

type Refused = Result<never, Failure>;
const refuse = (field: string, reason: string): Refused =>
  err({ code: "invalid_request", field, reason });

interface Edge {
  readonly id1: Id;
  readonly atype: AssocType;
  readonly id2: Id;
}

/** Objects and lists in maps. A batch commits whole or leaves no trace; inverses appear at once. */
export class MemoryGraph {
  seq = 0;
  #objects = new Map<Id, TaoObject>();
  #lists = new Map<string, Map<Id, Assoc>>();
  #lastIds = new Map<LogicalShard, Id>();
  readonly #ops = new Map<string, { readonly hash: string; readonly response: WriteResponse }>();

  object = (id: Id): TaoObject | null => this.#objects.get(id) ?? null;

  /** In list order. */
  list = (id1: Id, atype: AssocType): readonly Assoc[] =>
    [...(this.#lists.get(`${id1}:${atype}`)?.values() ?? [])].toSorted(compareListOrder);

  /** Everything that is stored, without versions and times: equal for worlds in the same state. */
  contents(): { readonly objects: string[]; readonly edges: string[] } {
    const edges = [...this.#lists.values()].flatMap((list) => [...list.values()]);
    return {
      objects: [...this.#objects.values()]
        .map(({ id, data }) => `${id} ${data.replace(/"createdAtMs":\d+/, "")}`)
        .toSorted(),
      edges: edges.map(({ id1, atype, id2, data }) => `${id1} ${atype} ${id2} ${data}`).toSorted(),
    };
  }

  commit(
    shard: PhysicalShard,
    writes: readonly Write[],
    opId: string | null,
    nowMs: number,
  ): Result<WriteResponse, Failure> {
    const hash = writesHash(writes);
    const op = opId === null ? undefined : this.#ops.get(`${shard}:${opId}`);
    if (op !== undefined) {
      return op.hash === hash
        ? ok({ ...op.response, replayed: true })
        : err({ code: "idempotency_mismatch", reason: "the key was used for another request" });
    }
    const before = {
      objects: new Map(this.#objects),
      lastIds: new Map(this.#lastIds),
      lists: new Map([...this.#lists].map(([key, list]) => [key, new Map(list)])),
    };
    const results: WriteResult[] = [];
    for (const [index, write] of writes.entries()) {
      const done = this.#apply(resolve(write, results), index, nowMs);
      if (!done.ok) {
        this.#objects = before.objects;
        this.#lists = before.lists;
        this.#lastIds = before.lastIds;
        return done;
      }
      results.push(done.value);
    }
    const response = { results, at: this.#version(), replayed: false, timeMs: nowMs };
    if (opId !== null) this.#ops.set(`${shard}:${opId}`, { hash, response });
    return ok(response);
  }

  #apply(write: Write, index: number, nowMs: number): Result<WriteResult, Failure> {
    const field = `writes[${index}]`;
    if (write.op === "objAdd") return this.#add(write, field, nowMs);
    const found = "id" in write ? this.object(write.id) : this.#edge(write);
    if (write.op === "objUpdate" && found === null) {
      return err({ code: "not_found", what: `object ${formatId(write.id)}` });
    }
    if (write.op === "assocChangeType" && found === null)
      return err({ code: "not_found", what: field });
    const version = found?.version ?? null;
    if (write.ifVersion !== undefined && !sameVersion(write.ifVersion, version)) {
      const text = version === null ? null : formatVersion(version);
      return err({ code: "version_mismatch", index, found: text });
    }
    switch (write.op) {
      case "objUpdate":
        return this.#update(write.id, write.patch, field);
      case "objDelete":
        return ok({ id: write.id, version, changed: this.#objects.delete(write.id) });
      case "assocAdd":
        return this.#addEdge(write, { timeMs: write.timeMs, data: write.data }, field);
      case "assocDelete":
        return this.#removeEdge(write, field);
      case "assocChangeType": {
        const { timeMs, data } = this.#edge(write) ?? { timeMs: 0, data: "" };
        const removed = this.#removeEdge(write, field);
        return removed.ok
          ? this.#addEdge({ ...write, atype: write.newType }, { timeMs, data }, field)
          : removed;
      }
    }
  }

  #add(
    write: Extract<Write, { op: "objAdd" }>,
    field: string,
    nowMs: number,
  ): Result<WriteResult, Failure> {
    const data = objectPayload(write.otype, write.data, field);
    if (!data.ok) return data;
    const id = nextId(write.shard, this.#lastIds.get(write.shard) ?? null, nowMs);
    if (!id.ok) return id;
    this.#lastIds.set(write.shard, id.value);
    const version = this.#bump();
    this.#objects.set(id.value, { id: id.value, otype: write.otype, data: data.value, version });
    return ok({ id: id.value, version, changed: true });
  }

  #update(id: Id, patch: string, field: string): Result<WriteResult, Failure> {
    const old = this.object(id);
    if (old === null) return err({ code: "not_found", what: "object" });
    const merged = mergePatch(old.data, patch, field);
    const data = merged.ok ? objectPayload(old.otype, merged.value, field) : merged;
    if (!data.ok) return data;
    const version = this.#bump();
    this.#objects.set(id, { ...old, data: data.value, version });
    return ok({ id, version, changed: data.value !== old.data });
  }

  #addEdge(
    edge: Edge,
    value: { timeMs: number; data: string },
    field: string,
  ): Result<WriteResult, Failure> {
    const kind = this.#kind(edge, field);
    if (!kind.ok) return kind;
    const data = assocPayload(kind.value, value.data, field);
    if (!data.ok) return data;
    const isNew = this.#edge(edge) === null;
    if (isNew && this.list(edge.id1, edge.atype).length >= kind.value.listMax) {
      return err({ code: "limit_reached", what: kind.value.name, max: kind.value.listMax });
    }
    const version = this.#bump();
    for (const { id1, atype, id2 } of halves(edge, kind.value)) {
      const key = `${id1}:${atype}`;
      const list = this.#lists.get(key) ?? new Map<Id, Assoc>();
      this.#lists.set(
        key,
        list.set(id2, { id1, atype, id2, timeMs: value.timeMs, data: data.value, version }),
      );
    }
    return ok({ id: edge.id2, version, changed: isNew });
  }

  #removeEdge(edge: Edge, field: string): Result<WriteResult, Failure> {
    const kind = this.#kind(edge, field);
    if (!kind.ok) return kind;
    const changed = this.#edge(edge) !== null;
    for (const { id1, atype, id2 } of halves(edge, kind.value))
      this.#lists.get(`${id1}:${atype}`)?.delete(id2);
    return ok({ id: edge.id2, version: changed ? this.#bump() : null, changed });
  }

  #kind(edge: Edge, field: string): Result<AssocKind, Failure> {
    const kind = writableKind(edge.atype, field);
    if (!kind.ok) return kind;
    const isMirror = kind.value.inverse === kind.value.code;
    return isMirror && edge.id1 >= edge.id2
      ? refuse(`${field}.id1`, "must be the smaller id")
      : kind;
  }

  #edge = ({ id1, atype, id2 }: Edge): Assoc | null =>
    this.#lists.get(`${id1}:${atype}`)?.get(id2) ?? null;
  #version = (): Version => ({ epoch: 1, seq: this.seq });
  #bump(): Version {
    this.seq++;
    return this.#version();
  }
}

function halves(edge: Edge, kind: AssocKind): readonly Edge[] {
  const { id1, id2 } = edge;
  return kind.inverse === null ? [edge] : [edge, { id1: id2, atype: kind.inverse, id2: id1 }];
}

function resolve(write: Write, results: readonly WriteResult[]): Write {
  const real = (id: Id): Id => {
    const index = resultIndex(id);
    return index === null ? id : (results[index]?.id ?? id);
  };
  if (write.op === "objAdd") return write;
  if ("id" in write) return { ...write, id: real(write.id) };
  return { ...write, id1: real(write.id1), id2: real(write.id2) };
}
