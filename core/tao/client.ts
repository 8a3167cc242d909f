import type { Failure } from "../errors.ts";
import { type Id, type LogicalShard } from "../ids.ts";
import type { Region } from "../regions/regions.ts";
import type { Priority } from "../resilience/priority.ts";
import { err, ok, type Result } from "../result.ts";
import type { Signer } from "../signer.ts";
import type { HotCache } from "./hot-cache.ts";
import { unionFromLeader } from "./leader-union.ts";
import { inChunks } from "./read-chunks.ts";
import type { Consistency, ReadResponse, WriteResponse } from "./service.ts";
import { ShardCalls, type ShardCallsPorts } from "./shard-calls.ts";
import { entryOf, physicalShardOf, type PhysicalShard, type ShardMap } from "./shard-map.ts";
import type { OwnPlace, ResultsOf, Tao, UnionAcross, UnionWish, WriteOptions } from "./tao.ts";
import { advance, advanceOwn, decodeTickets, encodeTicket, type Seen } from "./ticket.ts";
import type { Read, ReadResult, Write } from "./types.ts";
import { decodeUnionResponse, encodeUnionRequest, type UnionResponse } from "./union.ts";
import {
  addResponse,
  blockersOf,
  cursorOf,
  entriesOf,
  frontierOf,
  mergeParts,
  type ShardPart,
} from "./union-merge.ts";
import { compareVersions, type Version } from "./version.ts";

/** What every request shares. */
export interface TaoPorts extends ShardCallsPorts {
  readonly map: ShardMap;
  /** Of the isolate: answers that many ask for. */
  readonly hot: HotCache;
  readonly signer: Signer;
}

/** What belongs to one request. */
export interface TaoSession {
  readonly region: Region;
  /** The client's ticket, if it sent one; several with commas between. */
  readonly ticket: string | null;
  /** Unix ms. */
  readonly deadlineMs: number;
  /** How fresh its reads must be, unless one says otherwise; default `ticket`. */
  readonly consistency?: Consistency;
  /** Rather an answer that may be too old, marked, than none. */
  readonly allowStale?: boolean;
  /** What it is for; default: somebody waits for it. */
  readonly priority?: Priority;
}

/** Calls to shards that hold a merged list back, before it is returned shorter than asked. */
const UNION_ROUNDS = 4;

/** The graph for one request: see `Tao`. */
export function createTao(ports: TaoPorts, session: TaoSession): Tao {
  return new TaoClient(ports, session);
}

class TaoClient implements Tao {
  readonly #ports: TaoPorts;
  readonly #session: TaoSession;
  readonly #calls: ShardCalls;
  readonly #progress: Map<PhysicalShard, Seen>;
  /** A ticket that says all that was seen so far; null when there is none. */
  #ticket: string | null;
  #staleMs: number | null = null;

  constructor(ports: TaoPorts, session: TaoSession) {
    this.#ports = ports;
    this.#session = session;
    const { region, deadlineMs, priority } = session;
    this.#calls = new ShardCalls(ports, region, deadlineMs, priority);
    this.#progress = new Map(decodeTickets(session.ticket, ports.clock.nowMs(), ports.signer));
    // One that is not ours, or too old to say anything, is not handed out again; several become one.
    const isOne = this.#progress.size > 0 && session.ticket?.includes(",") === false;
    this.#ticket = isOne ? session.ticket : null;
  }

  calls(): number {
    return this.#calls.made;
  }

  waitedMs(): number | null {
    return this.#calls.made === 0 ? null : this.#calls.waitedMs;
  }

  staleMs(): number | null {
    return this.#staleMs;
  }

  /** Signed anew only when something was seen: that is most of what an answer from a cache costs here. */
  ticket(): string {
    const { clock, signer } = this.#ports;
    return (this.#ticket ??= encodeTicket(this.#progress, clock.nowMs(), signer));
  }

  positionOf(id: Id): Version | null {
    return this.#progress.get(physicalShardOf(this.#ports.map, id))?.version ?? null;
  }

  wrote(): ReadonlyMap<PhysicalShard, Version> {
    const own = [...this.#progress].flatMap(([shard, { wrote }]) =>
      wrote === undefined ? [] : [[shard, wrote.version] as const],
    );
    return new Map(own);
  }

  wroteTo(id: Id): OwnPlace {
    const shard = physicalShardOf(this.#ports.map, id);
    return { shard, at: this.#progress.get(shard)?.wrote?.version ?? null };
  }

  atLeast(id: Id, version: Version): void {
    this.#saw(physicalShardOf(this.#ports.map, id), version);
  }

  madeBy(ticket: string, id: Id, at: Version | null): void {
    if (this.#progress.size === 0) this.#ticket = ticket;
    else if (at !== null && compareVersions(this.positionOf(id), at) < 0) this.atLeast(id, at);
  }

  async read<const R extends readonly Read[]>(
    reads: R,
    consistency: Consistency = this.#consistency(),
  ): Promise<Result<ResultsOf<R>, Failure>> {
    const groups = new Map<PhysicalShard, number[]>();
    for (const [index, read] of reads.entries()) {
      const shard = physicalShardOf(this.#ports.map, read.op === "objGet" ? read.id : read.id1);
      const group = groups.get(shard);
      if (group === undefined) groups.set(shard, [index]);
      else group.push(index);
    }
    const results: ReadResult[] = Array.from({ length: reads.length });
    const failures = await Promise.all(
      [...groups].map(async ([shard, indexes]): Promise<Failure | null> => {
        // What many ask for may be in this isolate's memory; only the rest is asked for.
        const asked = indexes.filter((index) => {
          const known = this.#fromMemory(shard, reads[index], consistency);
          if (known !== undefined) results[index] = known;
          return known === undefined;
        });
        if (asked.length === 0) return null;
        const batch = asked.flatMap((index) => reads[index] ?? []);
        const answer = await this.#readShard(shard, batch, consistency);
        if (!answer.ok) return answer.error;
        for (const [place, index] of asked.entries()) {
          const result = answer.value.results[place];
          if (result !== undefined) results[index] = result;
        }
        return null;
      }),
    );
    const failure = failures.find((candidate) => candidate !== null);
    // Each result has its read's type: the objects answer in order and by op.
    return failure ? err(failure) : ok(results as unknown as ResultsOf<R>);
  }

  async union(request: UnionWish): Promise<Result<UnionAcross, Failure>> {
    const parts = new Map<PhysicalShard, ShardPart & { readonly id1s: Id[] }>();
    for (const id1 of request.id1s) {
      const shard = physicalShardOf(this.#ports.map, id1);
      const part = parts.get(shard);
      if (part === undefined) parts.set(shard, { id1s: [id1], entries: [], more: false });
      else part.id1s.push(id1);
    }
    const before = this.calls();
    const owners = new Map<Id, string>();
    const all = [...parts.values()];
    const { limit, id1s } = request;
    const share = (part: ShardPart) => entriesOf(limit, part.id1s.length, id1s.length);
    const first = await this.#askShards(parts, request, share, owners);
    if (first !== null) return err(first);

    let frontier = frontierOf(all);
    let merged = mergeParts(all, frontier);
    for (
      let round = 1;
      round < UNION_ROUNDS && frontier !== null && merged.length < limit;
      round++
    ) {
      const blockers = new Set<ShardPart>(blockersOf(all, frontier));
      const asked = new Map([...parts].filter(([, part]) => blockers.has(part)));
      const failure = await this.#askShards(asked, request, () => limit + 1, owners);
      if (failure !== null) return err(failure);
      frontier = frontierOf(all);
      merged = mergeParts(all, frontier);
    }
    const entries = merged.slice(0, limit);
    const more = frontier !== null || merged.length > entries.length;
    return ok({ entries, more, owners, calls: this.calls() - before });
  }

  async write(
    shard: LogicalShard,
    writes: readonly Write[],
    opId: string | null,
    { isAwaited = true }: WriteOptions = {},
  ): Promise<Result<WriteResponse, Failure>> {
    const entry = entryOf(this.#ports.map, shard);
    const kind = opId === null ? "write once" : "write";
    const answer = await this.#calls.leader(entry, kind, (leader) =>
      leader.write({ writes, opId }),
    );
    if (answer.ok && isAwaited) {
      this.#ticket = null;
      advanceOwn(this.#progress, entry.shard, answer.value.at, this.#ports.clock.nowMs());
    }
    return answer;
  }

  /** Asks each shard for its next entries and adds them to its part. */
  async #askShards(
    parts: ReadonlyMap<PhysicalShard, ShardPart>,
    request: UnionWish,
    limitOf: (part: ShardPart) => number,
    owners: Map<Id, string>,
  ): Promise<Failure | null> {
    const failures = await Promise.all(
      [...parts].map(async ([shard, part]): Promise<Failure | null> => {
        const last = part.entries.at(-1);
        const after = last === undefined ? request.after : cursorOf(last);
        const asked = { ...request, id1s: part.id1s, after, limit: limitOf(part) };
        const answer = await this.#unionShard(shard, asked);
        if (!answer.ok) return answer.error;
        addResponse(part, answer.value);
        for (const [id, json] of answer.value.owners) owners.set(id, json);
        return null;
      }),
    );
    return failures.find((candidate) => candidate !== null) ?? null;
  }

  async #unionShard(
    shard: PhysicalShard,
    request: UnionWish,
  ): Promise<Result<Omit<UnionResponse, "at">, Failure>> {
    const asked = { ...request, ...this.#wish(shard, this.#consistency()) };
    if (this.#consistency() === "leader") {
      return unionFromLeader(asked, (reads) =>
        inChunks(reads, async (chunk) => {
          const answer = await this.#readShard(shard, chunk, "leader");
          return answer.ok ? ok(answer.value.results) : answer;
        }),
      );
    }
    const text = encodeUnionRequest(asked);
    const answer = await this.#calls.follower(shard, (follower) => follower.union(text));
    if (!answer.ok) return answer;
    const response = decodeUnionResponse(answer.value);
    this.#saw(shard, response.at, response.staleMs);
    return ok(response);
  }

  async #readShard(
    shard: PhysicalShard,
    reads: readonly Read[],
    consistency: Consistency,
  ): Promise<Result<ReadResponse, Failure>> {
    const entry = this.#ports.map.entries[shard];
    if (entry === undefined) return err({ code: "not_found", what: `shard ${shard}` });
    const request = { reads, ...this.#wish(shard, consistency) };
    const askedMs = this.#ports.clock.nowMs();
    const answer = await (consistency === "leader"
      ? this.#calls.leader(entry, "read", (leader) => leader.read(request))
      : this.#calls.follower(shard, (follower) => follower.read(request)));
    if (!answer.ok) return answer;
    this.#saw(shard, answer.value.at, answer.value.staleMs);
    this.#ports.hot.keep(reads, answer.value, askedMs);
    return answer;
  }

  #fromMemory(
    shard: PhysicalShard,
    read: Read | undefined,
    consistency: Consistency,
  ): ReadResult | undefined {
    if (read === undefined || consistency === "leader") return undefined;
    const { atLeast } = this.#wish(shard, consistency);
    const known = this.#ports.hot.get(read, atLeast, this.#ports.clock.nowMs());
    if (known !== undefined) this.#saw(shard, known.at);
    return known?.result;
  }

  #consistency = (): Consistency => this.#session.consistency ?? "ticket";

  #wish(shard: PhysicalShard, consistency: Consistency) {
    const { allowStale = false } = this.#session;
    const seen = this.#progress.get(shard)?.version ?? null;
    return { atLeast: consistency === "eventual" ? null : seen, allowStale };
  }

  #saw(shard: PhysicalShard, version: Version, staleMs?: number | null): void {
    this.#ticket = null;
    advance(this.#progress, shard, version, this.#ports.clock.nowMs());
    if (typeof staleMs === "number") this.#staleMs = Math.max(this.#staleMs ?? 0, staleMs);
  }
}
