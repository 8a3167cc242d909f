import type { Clock, Random, Sleep } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { type Id, type LogicalShard } from "../ids.ts";
import type { Region } from "../regions/regions.ts";
import { NO_RETRY, POST_WRITE, retry, type RetryPolicy, TAO_READ } from "../resilience/retry.ts";
import { err, ok, type Result } from "../result.ts";
import type { Signer } from "../signer.ts";
import type {
  Consistency,
  FollowerService,
  LeaderService,
  ReadResponse,
  WriteResponse,
} from "./service.ts";
import {
  entryOf,
  physicalShardOf,
  type PhysicalShard,
  type ShardEntry,
  type ShardMap,
} from "./shard-map.ts";
import type { ResultsOf, Tao, UnionAcross } from "./tao.ts";
import { advance, decodeTicket, encodeTicket } from "./ticket.ts";
import type { Read, ReadResult, Write } from "./types.ts";
import { decodeUnionResponse, encodeUnionRequest, type UnionRequest } from "./union.ts";
import {
  addResponse,
  blockersOf,
  cursorOf,
  entriesOf,
  frontierOf,
  mergeParts,
  type ShardPart,
} from "./union-merge.ts";
import type { Version } from "./version.ts";

/** What every request shares. */
export interface TaoPorts {
  readonly map: ShardMap;
  /** A fresh stub per call: one that threw may be broken for good. Calls answer failures, they do not reject. */
  readonly follower: (
    shard: PhysicalShard,
    region: Region,
  ) => Pick<FollowerService, "read" | "union">;
  readonly leader: (entry: ShardEntry) => Pick<LeaderService, "read" | "write">;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly signer: Signer;
}

/** What belongs to one request. */
export interface TaoSession {
  readonly region: Region;
  /** The client's ticket, if it sent one. */
  readonly ticket: string | null;
  /** Unix ms. */
  readonly deadlineMs: number;
}

const RETRYABLE: ReadonlySet<Failure["code"]> = new Set(["unavailable", "deadline_exceeded"]);
/** Calls to shards that hold a merged list back, before it is returned shorter than asked. */
const UNION_ROUNDS = 4;

/** The graph for one request: see `Tao`. */
export function createTao(ports: TaoPorts, session: TaoSession): Tao {
  return new TaoClient(ports, session);
}

class TaoClient implements Tao {
  readonly #ports: TaoPorts;
  readonly #session: TaoSession;
  readonly #progress: Map<PhysicalShard, { version: Version; seenMs: number }>;
  #calls = 0;

  constructor(ports: TaoPorts, session: TaoSession) {
    this.#ports = ports;
    this.#session = session;
    this.#progress = new Map(decodeTicket(session.ticket, ports.clock.nowMs(), ports.signer));
  }

  calls(): number {
    return this.#calls;
  }

  ticket(): string {
    return encodeTicket(this.#progress, this.#ports.clock.nowMs(), this.#ports.signer);
  }

  async read<const R extends readonly Read[]>(
    reads: R,
    consistency: Consistency = "ticket",
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
        const batch = indexes.flatMap((index) => reads[index] ?? []);
        const answer = await this.#readShard(shard, batch, consistency);
        if (!answer.ok) return answer.error;
        for (const [place, index] of indexes.entries()) {
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

  async union(request: Omit<UnionRequest, "atLeast">): Promise<Result<UnionAcross, Failure>> {
    const parts = new Map<PhysicalShard, ShardPart & { readonly id1s: Id[] }>();
    for (const id1 of request.id1s) {
      const shard = physicalShardOf(this.#ports.map, id1);
      const part = parts.get(shard);
      if (part === undefined) parts.set(shard, { id1s: [id1], entries: [], more: false });
      else part.id1s.push(id1);
    }
    const before = this.#calls;
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
    return ok({ entries, more, owners, calls: this.#calls - before });
  }

  async write(
    shard: LogicalShard,
    writes: readonly Write[],
    opId: string | null,
  ): Promise<Result<WriteResponse, Failure>> {
    const entry = entryOf(this.#ports.map, shard);
    const policy = opId === null ? NO_RETRY : POST_WRITE;
    const answer = await this.#retried(policy, () =>
      this.#ports.leader(entry).write({ writes, opId }),
    );
    if (answer.ok) this.#saw(entry.shard, answer.value.at);
    return answer;
  }

  /** Asks each shard for its next entries and adds them to its part. */
  async #askShards(
    parts: ReadonlyMap<PhysicalShard, ShardPart>,
    request: Omit<UnionRequest, "atLeast">,
    limitOf: (part: ShardPart) => number,
    owners: Map<Id, string>,
  ): Promise<Failure | null> {
    const failures = await Promise.all(
      [...parts].map(async ([shard, part]): Promise<Failure | null> => {
        const last = part.entries.at(-1);
        const after = last === undefined ? request.after : cursorOf(last);
        const text = encodeUnionRequest({
          ...request,
          id1s: part.id1s,
          after,
          limit: limitOf(part),
          atLeast: this.#atLeast(shard),
        });
        const answer = await this.#retried(TAO_READ, () =>
          this.#ports.follower(shard, this.#session.region).union(text),
        );
        if (!answer.ok) return answer.error;
        const response = decodeUnionResponse(answer.value);
        addResponse(part, response);
        for (const [id, json] of response.owners) owners.set(id, json);
        this.#saw(shard, response.at);
        return null;
      }),
    );
    return failures.find((candidate) => candidate !== null) ?? null;
  }

  async #readShard(
    shard: PhysicalShard,
    reads: readonly Read[],
    consistency: Consistency,
  ): Promise<Result<ReadResponse, Failure>> {
    const entry = this.#ports.map.entries[shard];
    if (entry === undefined) return err({ code: "not_found", what: `shard ${shard}` });
    const atLeast = consistency === "eventual" ? null : this.#atLeast(shard);
    const answer = await this.#retried(TAO_READ, () =>
      consistency === "leader"
        ? this.#ports.leader(entry).read({ reads, atLeast })
        : this.#ports.follower(shard, this.#session.region).read({ reads, atLeast }),
    );
    if (answer.ok) this.#saw(shard, answer.value.at);
    return answer;
  }

  #retried<T>(
    policy: RetryPolicy,
    attempt: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const counted = () => {
      this.#calls++;
      return attempt();
    };
    const isRetryable = (failure: Failure) => RETRYABLE.has(failure.code);
    return retry(counted, isRetryable, policy, this.#session.deadlineMs, this.#ports);
  }

  #atLeast(shard: PhysicalShard): Version | null {
    return this.#progress.get(shard)?.version ?? null;
  }

  #saw(shard: PhysicalShard, version: Version): void {
    advance(this.#progress, shard, version, this.#ports.clock.nowMs());
  }
}
