import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { FollowerCache } from "./follower-cache.ts";
import { answerRead, missesOf } from "./follower-reads.ts";
import { answerUnion } from "./follower-union.ts";
import { View, type Needs } from "./follower-view.ts";
import { endOf, firstSeq, type LogRecord } from "./log.ts";
import type {
  FillRequest,
  FillResponse,
  FollowerService,
  FollowerStats,
  LeaderService,
  LogPush,
  LogTail,
  ReadRequest,
  ReadResponse,
} from "./service.ts";
import type { Read, ReadResult } from "./types.ts";
import { decodeUnionRequest, encodeUnionLines } from "./union.ts";
import { compareVersions, maxVersion, type Version, ZERO } from "./version.ts";

export interface FollowerPorts {
  readonly clock: Clock;
  /** The leader of this follower's shard; a call may reject when it is away. */
  readonly leader: Pick<LeaderService, "fill" | "pull" | "read">;
  readonly report: (event: string, error: unknown) => void;
}

/**
 * Answers the reads of one shard in one region from memory. Misses go to the leader and
 * register for its log; pushed entries keep what is here true. Whatever is here was
 * true at `#validatedMs`; past the TTL it asks the leader for the log before it answers.
 */
export class Follower implements FollowerService {
  readonly #name: string;
  readonly #ports: FollowerPorts;
  readonly #cache: FollowerCache;
  /** The log position that every cached entry reflects; null while nothing is cached. */
  #applied: Version | null = null;
  /** The newest leader position heard of while nothing was cached yet. */
  #announced: Version = ZERO;
  /** The newest leader position behind any answer: fills run ahead of the applied log. */
  #seen: Version = ZERO;
  /**
   * When this follower last asked the leader and then was at its head. A push proves
   * nothing about time: it may have been on its way for long.
   */
  #validatedMs = Number.NEGATIVE_INFINITY;
  #fillsInFlight = 0;
  #catchingUp: Promise<Failure | null> | null = null;
  #counters = { reads: 0, hits: 0, gaps: 0 };

  /** @param name unique among the shard's followers: the leader pushes to it. */
  constructor(name: string, ports: FollowerPorts, bytesMax: number = LIMITS.followerBytesMax) {
    this.#name = name;
    this.#ports = ports;
    this.#cache = new FollowerCache(bytesMax);
  }

  async read(request: ReadRequest): Promise<Result<ReadResponse, Failure>> {
    if (request.reads.length > LIMITS.readsPerCallMax) {
      return err({ code: "limit_reached", what: "reads of one call", max: LIMITS.readsPerCallMax });
    }
    const stale = await this.#freshen(request.atLeast);
    if (stale !== null) return err(stale);

    const view = new View(this.#cache);
    let { needs, deep } = missesOf(request.reads, view);
    if (needs.isEmpty) this.#countHits(needs.asked);
    while (!needs.isEmpty) {
      const failure = await this.#gather(needs, view);
      if (failure !== null) return err(failure);
      // What was cached may be gone by now; what was filled stays in the view, so this ends.
      ({ needs, deep } = missesOf(request.reads, view));
      needs.asked = 0;
    }
    const cached = request.reads.map((read) => answerRead(read, view));
    if (deep.length === 0) return ok({ results: cached, at: this.#seenUpTo() });
    // Pages below the cached prefix are rare and long: the leader answers, nothing is kept.
    const answer = await this.#readDeep(deep.map((miss) => miss.read));
    if (!answer.ok) return answer;
    const fromLeader = new Map(deep.map((miss, place) => [miss.index, answer.value[place]]));
    const results = cached.map((result, index) => fromLeader.get(index) ?? result);
    return ok({ results, at: this.#seenUpTo() });
  }

  async union(text: string): Promise<Result<string, Failure>> {
    const request = decodeUnionRequest(text);
    const stale = await this.#freshen(request.atLeast);
    if (stale !== null) return err(stale);
    const view = new View(this.#cache);
    const answer = await answerUnion(request, view, {
      gather: (needs) => this.#gather(needs, view),
      readDeep: (reads) => this.#readDeep(reads),
    });
    if (!answer.ok) return answer;
    return ok(encodeUnionLines({ ...answer.value, at: this.#seenUpTo() }));
  }

  async push(push: LogPush): Promise<Version | null> {
    if (this.#applied === null) {
      if (this.#fillsInFlight === 0) return null;
      // A fill is on its way and may have been read before this: it will catch up when it lands.
      this.#announced = maxVersion(this.#announced, push.head);
      return push.head;
    }
    try {
      await this.#absorb(push);
    } catch (error) {
      // Whatever went wrong, an entry that may be stale must not stay.
      this.#reset();
      this.#ports.report("push_not_applied", error);
    }
    return this.#applied ?? push.head;
  }

  async stats(): Promise<FollowerStats> {
    const { entries, bytes } = this.#cache;
    return { ...this.#counters, entries, bytes, applied: this.#applied };
  }

  async #readDeep(reads: readonly Read[]): Promise<Result<readonly ReadResult[], Failure>> {
    const answer = await this.#ports.leader.read({ reads, atLeast: null }).catch(() => leaderAway);
    if (!answer.ok) return answer;
    this.#seen = maxVersion(this.#seen, answer.value.at);
    return ok(answer.value.results);
  }

  #position(): Version {
    return this.#applied ?? ZERO;
  }

  /** For tickets: no answer of this follower was newer than this. */
  #seenUpTo(): Version {
    return maxVersion(this.#position(), this.#seen);
  }

  #reset(): void {
    this.#cache.clear();
    this.#applied = null;
    this.#validatedMs = Number.NEGATIVE_INFINITY;
  }

  /** Applies records that connect to `#applied`; a gap is repaired from the leader's log. */
  async #absorb(push: LogPush): Promise<void> {
    const applied = this.#position();
    if (compareVersions(push.after, applied) > 0) {
      this.#counters.gaps++;
      await this.#catchUp();
      return;
    }
    this.#applyRecords(push.records, applied);
  }

  #applyRecords(records: readonly LogRecord[], applied: Version): void {
    let position = applied;
    for (const record of records) {
      const end = endOf(record);
      if (compareVersions(end, position) <= 0) continue;
      if (record.epoch === position.epoch && firstSeq(record) > position.seq + 1) {
        throw new Error(`log gap: ${position.seq} then ${firstSeq(record)}`);
      }
      for (const entry of record.entries) {
        this.#cache.apply(entry, { epoch: record.epoch, seq: entry.seq });
      }
      position = end;
    }
    this.#applied = position;
  }

  /** Brings this follower to its leader's head when a ticket or the TTL asks for it. */
  async #freshen(atLeast: Version | null): Promise<Failure | null> {
    // A pull that was already under way may have left before the ticket; the next one has not.
    for (let pulls = 0; pulls < 2 && this.#isStale(atLeast); pulls++) {
      const failure = await this.#catchUp();
      if (failure !== null) return failure;
    }
    return null;
  }

  #isStale(atLeast: Version | null): boolean {
    if (this.#applied === null) return false; // Nothing cached: every answer comes from the leader.
    const isBehind = atLeast !== null && compareVersions(this.#applied, atLeast) < 0;
    const ageMs = this.#ports.clock.nowMs() - this.#validatedMs;
    return isBehind || ageMs >= LIMITS.followerTtlMs;
  }

  /** One pull at a time; whoever comes meanwhile waits for it. */
  #catchUp(): Promise<Failure | null> {
    this.#catchingUp ??= this.#pull().finally(() => {
      this.#catchingUp = null;
    });
    return this.#catchingUp;
  }

  async #pull(): Promise<Failure | null> {
    const after = this.#applied;
    if (after === null) return null;
    const askedMs = this.#ports.clock.nowMs();
    const answer = await this.#ports.leader.pull(this.#name, after).catch(() => leaderAway);
    if (!answer.ok) return answer.error;
    // Everything may have been dropped meanwhile: then there is nothing to bring up to date.
    if (this.#applied === null) return null;
    if (answer.value === null) this.#reset();
    else this.#catchUpWith(answer.value, this.#applied, askedMs);
    return null;
  }

  #catchUpWith({ records, head }: LogTail, applied: Version, askedMs: number): void {
    try {
      this.#applyRecords(records, applied);
      // A tail that ends below the head would leave entries unproven: start over.
      if (compareVersions(this.#position(), head) < 0) this.#reset();
      else this.#validatedMs = Math.max(this.#validatedMs, askedMs);
    } catch (error) {
      this.#reset();
      this.#ports.report("pull_not_applied", error);
    }
  }

  #countHits(asked: number): void {
    this.#counters.reads += asked;
    this.#counters.hits += asked;
  }

  /** Fetches what `needs` names and the cache lacks: one leader call for all of it. */
  async #gather(needs: Needs, view: View): Promise<Failure | null> {
    this.#countHits(needs.asked);
    if (needs.isEmpty) return null;
    const request = needs.request();
    const missing = request.objects.length + request.lists.length + request.points.length;
    this.#counters.hits -= missing;

    this.#fillsInFlight++;
    const askedMs = this.#ports.clock.nowMs();
    try {
      const answer = await this.#ports.leader.fill(this.#name, request).catch(() => leaderAway);
      if (!answer.ok) return answer.error;
      this.#seen = maxVersion(this.#seen, answer.value.at);
      this.#keep(request, answer.value, askedMs);
      view.add(request, answer.value);
      if (compareVersions(this.#position(), this.#announced) < 0) return await this.#catchUp();
      return null;
    } finally {
      this.#fillsInFlight--;
    }
  }

  #keep(request: FillRequest, fill: FillResponse, askedMs: number): void {
    // The first fill defines where this follower's log starts.
    if (this.#applied === null) {
      this.#applied = fill.at;
      this.#cache.startAt(fill.at);
      this.#validatedMs = askedMs;
    }
    this.#cache.keep(request, fill);
  }
}

const leaderAway = err({
  code: "unavailable",
  dependency: "leader",
  retryAfterMs: LIMITS.overloadRetryMs,
} as const);
