import type { FailureName } from "../telemetry/events.ts";
import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { FollowerCache } from "./follower-cache.ts";
import { FollowerFills } from "./follower-fills.ts";
import { FollowerLog, leaderAway } from "./follower-log.ts";
import { answerRead, missesOf } from "./follower-reads.ts";
import { answerUnion } from "./follower-union.ts";
import { View, type Needs } from "./follower-view.ts";
import { type HotBounds, HotKeys } from "./hot-keys.ts";
import { inChunks } from "./read-chunks.ts";
import type {
  FollowerService,
  FollowerStats,
  LeaderService,
  LogPush,
  ReadRequest,
  ReadResponse,
} from "./service.ts";
import type { Read, ReadResult } from "./types.ts";
import { decodeUnionRequest, encodeUnionLines } from "./union.ts";
import { UnionListsMemo } from "./union-lists.ts";
import type { Version } from "./version.ts";

export interface FollowerPorts {
  readonly clock: Clock;
  /** The leader of this follower's shard; a call may reject when it is away. */
  readonly leader: Pick<LeaderService, "fill" | "pull" | "read">;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * Answers the reads of one shard in one region from memory. Misses go to the leader and
 * register for its log; pushed entries keep what is here true. Past the TTL it asks the
 * leader for the log before it answers; when the leader is away, what is here goes out
 * marked with its age, as far as the reader's ticket allows.
 */
export class Follower implements FollowerService {
  readonly #ports: FollowerPorts;
  readonly #cache: FollowerCache;
  readonly #log: FollowerLog;
  readonly #fills: FollowerFills;
  readonly #hot: HotKeys;
  readonly #asked = new UnionListsMemo();
  #counters = { reads: 0, hits: 0, stale: 0 };

  /**
   * @param name unique among the shard's followers: the leader pushes to it.
   * @param hot which keys are marked as hot; absent: as the limits say.
   */
  constructor(
    name: string,
    ports: FollowerPorts,
    bytesMax: number = LIMITS.followerBytesMax,
    hot?: HotBounds,
  ) {
    this.#ports = ports;
    this.#hot = new HotKeys(hot);
    this.#cache = new FollowerCache(bytesMax);
    const log = new FollowerLog(name, this.#cache, ports);
    this.#log = log;
    this.#fills = new FollowerFills(name, {
      ...ports,
      landed: (request, fill, askedMs) => log.landed(request, fill, askedMs),
    });
  }

  async read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    const { reads } = request;
    if (reads.length > LIMITS.readsPerCallMax) {
      return err({ code: "limit_reached", what: "reads of one call", max: LIMITS.readsPerCallMax });
    }
    const turn: Turn = { wish: request, view: new View(this.#cache), staleMs: null, isHit: false };
    const refused = this.#log.isFreshFor(request.atLeast) ? null : await this.#freshen(turn);
    if (refused !== null) return err(refused);

    let { needs, deep } = missesOf(reads, turn.view);
    if (needs.isEmpty) {
      this.#countHits(needs.asked);
      turn.isHit = deep.length === 0;
    }
    while (!needs.isEmpty) {
      const failure = await this.#gather(needs, turn);
      if (failure !== null) return err(failure);
      // What was cached may be gone by now; what was filled stays in the view, so this ends.
      ({ needs, deep } = missesOf(reads, turn.view));
      needs.asked = 0;
    }
    const cached = reads.map((read) => answerRead(read, turn.view));
    if (turn.isHit) return this.#hit(cached, request, turn);
    if (deep.length === 0) return this.#answered(cached, turn);
    // Pages below the cached prefix are rare and long: the leader answers, nothing is kept.
    const answer = await this.#readDeep(
      deep.map((miss) => miss.read),
      turn,
    );
    if (!answer.ok) return answer;
    const fromLeader = new Map(deep.map((miss, place) => [miss.index, answer.value[place]]));
    return this.#answered(
      cached.map((result, index) => fromLeader.get(index) ?? result),
      turn,
    );
  }

  async union(text: string): Promise<Result<string, Failure>> {
    const request = decodeUnionRequest(text);
    const turn: Turn = { wish: request, view: new View(this.#cache), staleMs: null, isHit: false };
    const refused = this.#log.isFreshFor(request.atLeast) ? null : await this.#freshen(turn);
    if (refused !== null) return err(refused);
    const lists = this.#asked.of(request.ids, request.atype);
    const answer = await answerUnion(request, lists, turn.view, {
      gather: (needs) => this.#gather(needs, turn),
      readDeep: (reads) => this.#readDeep(reads, turn),
    });
    if (!answer.ok) return answer;
    const at = this.#log.seenUpTo;
    return ok(encodeUnionLines({ ...answer.value, at, staleMs: this.#marked(turn) }));
  }

  push(push: LogPush): Promise<Version | null> {
    return this.#log.push(push, this.#fills.isFilling);
  }

  async stats(): Promise<FollowerStats> {
    const { entries, bytes } = this.#cache;
    const counters = { ...this.#counters, ...this.#fills.counters, ...this.#log.counters };
    const { applied, ageMs } = this.#log;
    return { ...counters, entries, bytes, applied, ageMs: applied === null ? null : ageMs };
  }

  /** All from memory: worth a caller's memory too where many ask, unless it expires meanwhile. */
  #hit(
    results: readonly ReadResult[],
    { reads }: ReadRequest,
    turn: Turn,
  ): Result<ReadResponse, Failure> {
    const answer = this.#answered(results, turn);
    const nowMs = this.#ports.clock.nowMs();
    this.#hot.saw(reads, nowMs);
    const since = this.#log.applied;
    const isYoung = this.#log.ageMs < LIMITS.followerTtlMs - LIMITS.hotCacheMs;
    if (!answer.ok || since === null || !isYoung) return answer;
    const hot = this.#hot.placesIn(reads, nowMs);
    return hot === undefined ? answer : ok({ ...answer.value, hot, since });
  }

  #answered(results: readonly ReadResult[], turn: Turn): Result<ReadResponse, Failure> {
    const at = this.#log.seenUpTo;
    const staleMs = this.#marked(turn);
    return ok(staleMs === null ? { results, at } : { results, at, staleMs });
  }

  #marked({ staleMs }: Turn): number | null {
    if (staleMs !== null) this.#counters.stale++;
    return staleMs;
  }

  async #freshen(turn: Turn): Promise<Failure | null> {
    const freshened = await this.#log.freshen(turn.wish);
    if (!freshened.ok) return freshened.error;
    // What was taken from here before the leader came back stays as old as it was.
    if (freshened.value !== null) turn.staleMs = Math.max(turn.staleMs ?? 0, freshened.value);
    return null;
  }

  #readDeep(
    reads: readonly Read[],
    { wish: { atLeast } }: Turn,
  ): Promise<Result<readonly ReadResult[], Failure>> {
    return inChunks(reads, async (chunk) => {
      const answer = await this.#ports.leader
        .read({ reads: chunk, atLeast })
        .catch(() => err(leaderAway));
      if (!answer.ok) return answer;
      const { at, results } = answer.value;
      // Only a leader whose lease has run out can be an epoch behind a ticket.
      const isOver = atLeast !== null && at.epoch < atLeast.epoch;
      const failure = isOver ? leaderAway : this.#log.saw(at);
      return failure === null ? ok(results) : err(failure);
    });
  }

  #countHits(asked: number): void {
    this.#counters.reads += asked;
    this.#counters.hits += asked;
  }

  /**
   * Fetches what `needs` names and the cache lacks: one leader call for all of it.
   *
   * @returns null at once when nothing is lacking.
   */
  #gather(needs: Needs, turn: Turn): Promise<Failure | null> | null {
    this.#countHits(needs.asked);
    return needs.isEmpty ? null : this.#fill(needs, turn);
  }

  async #fill(needs: Needs, turn: Turn): Promise<Failure | null> {
    const { view, wish } = turn;
    this.#counters.hits -= needs.size;
    const failure = await this.#fills.gather(needs, view, wish.atLeast);
    if (failure !== null || this.#log.isFreshFor(wish.atLeast)) return failure;
    // Everything was dropped, and what came first since is older than this reader's ticket.
    return this.#freshen(turn);
  }
}

/** One reader's request, on its way. */
interface Turn {
  readonly wish: Pick<ReadRequest, "atLeast" | "allowStale">;
  readonly view: View;
  /** As in the answer. */
  staleMs: number | null;
  /** Everything was here. */
  isHit: boolean;
}
