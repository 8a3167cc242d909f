import { createHash } from "node:crypto";

import { formatId, type Id, logicalShard, nextId, shardOf } from "../../core/ids.ts";
import { graphReadSchema, graphWriteSchema, toGraphJson } from "../../core/tao/graph-wire.ts";
import { assocKind, objectKind } from "../../core/tao/registry.ts";
import { entryOf } from "../../core/tao/shard-map.ts";
import { type Assoc, compareListOrder, resultIndex, type Write } from "../../core/tao/types.ts";
import { OperatorApi } from "../../dev/operator/api.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";

type Edge = Pick<Assoc, "id2" | "timeMs" | "data">;
interface StoredObject {
  readonly otype: number;
  readonly data: string;
}

/**
 * The operator's endpoints over plain maps. Refuses what the product refuses: writes off
 * the batch's shard, payloads that do not fit their type, taken handles; replays opIds.
 */
export class FakeProduct {
  readonly objects = new Map<Id, StoredObject>();
  readonly lists = new Map<string, Map<Id, Edge>>();
  readonly media = new Map<string, Uint8Array>();
  readonly map = shardMapOf(16);
  calls = 0;
  replays = 0;
  /** Graph writes it still lives for: the last is carried out but its answer is lost, then nobody answers. */
  writesLeft = Number.POSITIVE_INFINITY;
  /** Acknowledges the edge of this type and number, counted from 1, and does not store it. */
  losesEdge: { readonly atype: number; number: number } | null = null;
  /** Calls answered 503 with Retry-After. */
  busyAt = new Set<number>();
  readonly sleptMs: number[] = [];
  readonly #answers = new Map<string, unknown>();
  readonly #lastIds = new Map<number, Id>();

  api(): OperatorApi {
    return new OperatorApi(
      {
        url: "http://fake",
        secret: "a secret of at least thirty-two characters",
        issuer: "edgewise",
      },
      {
        fetch: (url, init) => this.#fetch(url, init),
        sleep: async (ms) => void this.sleptMs.push(ms),
        random: { next: () => 0.5 },
        nowMs: () => 1_780_000_000_000,
      },
    );
  }

  /** As after the time for which opIds are remembered. */
  forgetAnswers(): void {
    this.#answers.clear();
  }

  list(id1: Id, atype: number): readonly Edge[] {
    return [...(this.lists.get(`${id1}/${atype}`)?.values() ?? [])].toSorted(compareListOrder);
  }

  /** Everything stored, apart from who got which id. */
  size(): { readonly objects: number; readonly edges: number } {
    let edges = 0;
    for (const list of this.lists.values()) edges += list.size;
    return { objects: this.objects.size, edges };
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    this.calls += 1;
    if (this.writesLeft <= 0) throw new TypeError("connection refused");
    if (this.busyAt.has(this.calls))
      return new Response("{}", { status: 503, headers: { "retry-after": "2" } });
    const { pathname } = new URL(url);
    const answer =
      pathname === "/v1/media" ? this.#upload(init.body) : this.#graph(pathname, String(init.body));
    if (pathname.endsWith("/write")) this.writesLeft -= 1;
    if (this.writesLeft <= 0) throw new TypeError("socket hang up");
    return new Response(toGraphJson(answer), { status: 200 });
  }

  #upload(body: unknown): unknown {
    if (!(body instanceof Uint8Array)) throw new TypeError("not bytes");
    const key = `${createHash("sha256").update(body).digest("hex").slice(0, 32)}.png`;
    this.media.set(key, body);
    return { key };
  }

  #graph(pathname: string, body: string): unknown {
    const json: unknown = JSON.parse(body);
    if (pathname === "/v1/admin/graph/write") {
      const { batches } = graphWriteSchema.parse(json);
      return {
        batches: batches.map(({ shard, opId, writes }) =>
          this.#batch(shard, opId, writes as Write[]),
        ),
      };
    }
    const { reads } = graphReadSchema.parse(json);
    return {
      results: reads.map((read) => {
        if (read.op === "objGet") {
          const object = this.objects.get(read.id);
          return { op: read.op, object: object === undefined ? null : { id: read.id, ...object } };
        }
        const edges = this.list(read.id1, read.atype);
        if (read.op === "assocCount") return { op: read.op, count: edges.length };
        if (read.op === "assocGet")
          return { op: read.op, assocs: edges.filter((edge) => read.id2s.includes(edge.id2)) };
        return { op: read.op, assocs: edges.slice(0, read.limit), more: edges.length > read.limit };
      }),
    };
  }

  #batch(shard: number, opId: string | null, writes: readonly Write[]): unknown {
    const known = opId === null ? undefined : this.#answers.get(opId);
    if (known !== undefined) {
      this.replays += 1;
      return known;
    }
    const home = entryOf(this.map, shard).shard;
    const ids: Id[] = [];
    const at = (id: Id): Id => ids[resultIndex(id) ?? -1] ?? id;
    for (const [index, write] of writes.entries()) {
      const where =
        write.op === "objAdd"
          ? write.shard
          : "id1" in write
            ? shardOf(at(write.id1))
            : shardOf(write.id);
      if (entryOf(this.map, where).shard !== home)
        throw new Error(`write ${index} is not on the batch's shard`);
      if (write.op === "objAdd") ids.push(this.#add(write.otype, write.shard, write.data));
      else if (write.op === "assocAdd") {
        const [id1, id2] = [at(write.id1), at(write.id2)];
        if (write.ifVersion === null && this.list(id1, write.atype).length > 0) {
          return { ok: false, error: { code: "version_mismatch", index, found: "1.1" } };
        }
        this.#link(id1, write.atype, { id2, timeMs: write.timeMs, data: write.data });
        ids.push(id2);
      } else throw new Error(`a loader has no use for ${write.op}`);
    }
    const answer = {
      ok: true,
      replayed: false,
      results: ids.map((id) => ({ id, version: "1.1", changed: true })),
    };
    if (opId !== null) this.#answers.set(opId, answer);
    return answer;
  }

  #add(otype: number, shard: number, data: string): Id {
    const kind = objectKind(otype);
    if (kind === undefined) throw new Error(`no object type ${otype}`);
    kind.payload.parse(JSON.parse(data));
    const id = nextId(logicalShard(shard), this.#lastIds.get(shard) ?? null, 1_780_000_000_000);
    if (!id.ok) throw new Error("no id left");
    this.#lastIds.set(shard, id.value);
    this.objects.set(id.value, { otype, data });
    return id.value;
  }

  #link(id1: Id, atype: number, edge: Edge): void {
    const kind = assocKind(atype);
    if (kind === undefined || !kind.writable)
      throw new Error(`edges of type ${atype} are not written`);
    if (kind.payload !== null && edge.data !== "") kind.payload.parse(JSON.parse(edge.data));
    if (this.losesEdge?.atype === atype && --this.losesEdge.number === 0) return;
    this.#put(id1, atype, edge);
    if (kind.inverse !== null) this.#put(edge.id2, kind.inverse, { ...edge, id2: id1 });
  }

  #put(id1: Id, atype: number, edge: Edge): void {
    const key = `${formatId(id1)}/${atype}`;
    const list = this.lists.get(key) ?? new Map<Id, Edge>();
    list.set(edge.id2, edge);
    this.lists.set(key, list);
  }
}
