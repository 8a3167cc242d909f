import type { Failure } from "../../core/errors.ts";
import { type Id, idRange, type LogicalShard } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { WriteResponse } from "../../core/tao/service.ts";
import { entryOf, entryOfId, evenShardMap, type PhysicalShard } from "../../core/tao/shard-map.ts";
import type {
  OwnPlace,
  ResultsOf,
  Tao,
  UnionAcross,
  UnionWish,
  WriteOptions,
} from "../../core/tao/tao.ts";
import {
  type Assoc,
  compareListOrder,
  type Read,
  resultIndex,
  type Write,
} from "../../core/tao/types.ts";
import type { UnionEntry, UnionRequest } from "../../core/tao/union.ts";
import type { Version } from "../../core/tao/version.ts";
import { MemoryGraph } from "./memory-graph.ts";

export interface MemoryTaoOptions {
  readonly nowMs: () => number;
  /** Physical shards; every batch must stay on one. */
  readonly shards?: number;
  /** Union pages end early now and then, as a bounded follower's may. */
  readonly shortUnions?: () => boolean;
  /** As the client's ticket says. */
  readonly wrote?: ReadonlyMap<PhysicalShard, Version>;
}

/** The graph of `Tao` in memory, all at once consistent; refuses what the real one refuses. */
export class MemoryTao implements Tao {
  readonly graph: MemoryGraph;
  readonly #options: MemoryTaoOptions;
  readonly #map;
  /** Set to fail every read or union that touches it. */
  readonly down = new Set<"read" | "union" | "write">();
  readonly #wrote: Map<PhysicalShard, Version>;
  #calls = 0;

  constructor(options: MemoryTaoOptions, graph = new MemoryGraph()) {
    this.graph = graph;
    this.#options = options;
    this.#wrote = new Map(options.wrote);
    this.#map = evenShardMap(options.shards ?? 16, new Map([["us-east", 1]]));
  }

  async read<const R extends readonly Read[]>(reads: R): Promise<Result<ResultsOf<R>, Failure>> {
    if (this.down.has("read")) return this.#away();
    const perShard = new Map<PhysicalShard, number>();
    for (const read of reads) {
      const shard = this.#shardOf("id" in read ? read.id : read.id1);
      perShard.set(shard, (perShard.get(shard) ?? 0) + 1);
      const failure = checkRead(read);
      if (failure !== null) return err(failure);
    }
    if (Math.max(0, ...perShard.values()) > LIMITS.readsPerCallMax) {
      return err({ code: "limit_reached", what: "reads of one call", max: LIMITS.readsPerCallMax });
    }
    this.#calls += perShard.size;
    return ok(reads.map((read) => this.#answer(read)) as unknown as ResultsOf<R>);
  }

  #answer(read: Read) {
    const { graph } = this;
    switch (read.op) {
      case "objGet":
        return { op: read.op, object: graph.object(read.id) };
      case "assocGet": {
        const { id2s, lowMs = 0, highMs = Infinity } = read;
        const wanted = new Set(id2s);
        const assocs = graph
          .list(read.id1, read.atype)
          .filter(({ id2, timeMs }) => wanted.has(id2) && timeMs >= lowMs && timeMs <= highMs);
        return { op: read.op, assocs };
      }
      case "assocCount":
        return { op: read.op, count: graph.list(read.id1, read.atype).length };
      case "assocRange":
        return {
          op: read.op,
          ...cut(below(graph.list(read.id1, read.atype), read.after), read.limit),
        };
      case "assocTimeRange": {
        const list = graph.list(read.id1, read.atype);
        const range = list.filter(({ timeMs }) => timeMs >= read.lowMs && timeMs <= read.highMs);
        return { op: read.op, ...cut(range, read.limit) };
      }
    }
  }

  async union(request: UnionWish): Promise<Result<UnionAcross, Failure>> {
    if (this.down.has("union")) return this.#away();
    const { id1s, atype, after, limit, counts } = request;
    const calls = new Set(id1s.map((id) => this.#shardOf(id))).size;
    this.#calls += calls;
    const all = id1s
      .flatMap((id1) => below(this.graph.list(id1, atype), after))
      .toSorted(compareListOrder);
    const isShort = limit > 1 && this.#options.shortUnions?.() === true;
    const kept = all.slice(0, isShort ? Math.ceil(limit / 2) : limit);
    const entries = kept.map(({ id1, id2, timeMs, data }): UnionEntry => ({
      id1,
      id2,
      timeMs,
      edge: data,
      counts: counts.map((type) => this.graph.list(id2, type).length),
      object: this.graph.object(id2)?.data ?? null,
    }));
    const owners = new Map<Id, string>();
    for (const { id1 } of kept) {
      const owner = this.graph.object(id1);
      if (owner !== null) owners.set(id1, owner.data);
    }
    return ok({ entries, more: kept.length < all.length, owners, calls });
  }

  async write(
    shard: LogicalShard,
    writes: readonly Write[],
    opId: string | null,
    { isAwaited = true }: WriteOptions = {},
  ): Promise<Result<WriteResponse, Failure>> {
    if (this.down.has("write")) return this.#away();
    this.#calls++;
    const home = entryOf(this.#map, shard).shard;
    const isAway = (id: Id) => resultIndex(id) === null && this.#shardOf(id) !== home;
    const index = writes.findIndex((write) => isAway(placeOf(write)));
    if (index >= 0) {
      return err({
        code: "invalid_request",
        field: `writes[${index}]`,
        reason: `id is not on shard ${home}`,
      });
    }
    if (writes.length === 0 || writes.length > LIMITS.writesPerCallMax) {
      return err({
        code: "limit_reached",
        what: "writes of one call",
        max: LIMITS.writesPerCallMax,
      });
    }
    if (opId !== null && (opId === "" || opId.length > LIMITS.opIdCharsMax)) {
      return err({ code: "invalid_request", field: "opId", reason: "has 1 to 128 characters" });
    }
    const written = await this.graph.commit(home, writes, opId, this.#options.nowMs());
    if (written.ok && isAwaited) this.#wrote.set(home, written.value.at);
    return written;
  }

  ticket = (): string => `memory.${this.graph.seq}`;
  /** Everything is read as it is now. */
  positionOf = (): Version => ({ epoch: 1, seq: this.graph.seq });
  wrote = (): ReadonlyMap<PhysicalShard, Version> => new Map(this.#wrote);
  wroteTo(id: Id): OwnPlace {
    const shard = this.#shardOf(id);
    return { shard, at: this.#wrote.get(shard) ?? null };
  }
  atLeast = (): void => {};
  madeBy = (): void => {};
  calls = (): number => this.#calls;
  /** It answers at once. */
  waitedMs = (): number | null => (this.#calls === 0 ? null : 0);
  staleMs = (): null => null;

  #shardOf = (id: Id): PhysicalShard => entryOfId(this.#map, id).shard;
  #away = (): Result<never, Failure> =>
    err({ code: "unavailable", dependency: "follower", retryAfterMs: 1 });
}

function checkRead(read: Read): Failure | null {
  if ("limit" in read && (read.limit < 1 || read.limit > LIMITS.listEntriesMax)) {
    return { code: "invalid_request", field: "limit", reason: `1 to ${LIMITS.listEntriesMax}` };
  }
  return null;
}

function placeOf(write: Write): Id {
  if (write.op === "objAdd") return idRange(write.shard).from;
  return "id" in write ? write.id : write.id1;
}

const below = (list: readonly Assoc[], after: UnionRequest["after"]): readonly Assoc[] =>
  after === null ? list : list.filter((edge) => compareListOrder(after, edge) < 0);

const cut = (list: readonly Assoc[], limit: number) => ({
  assocs: list.slice(0, limit),
  more: list.length > limit,
});
