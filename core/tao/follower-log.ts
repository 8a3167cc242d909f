import type { FailureName } from "../telemetry/events.ts";
import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import type { FollowerCache } from "./follower-cache.ts";
import { endOf, firstSeq, type LogRecord } from "./log.ts";
import type {
  FillRequest,
  FillResponse,
  LeaderService,
  LogPush,
  LogTail,
  ReadRequest,
} from "./service.ts";
import { compareVersions, maxVersion, type Version, ZERO } from "./version.ts";

export interface FollowerLogPorts {
  readonly clock: Clock;
  readonly leader: Pick<LeaderService, "pull">;
  readonly report: (event: FailureName, error: unknown) => void;
}

type Wish = Pick<ReadRequest, "atLeast" | "allowStale">;

/**
 * How far a follower has followed its shard's log, and since when that was known to be all
 * of it. Everything in the cache reflects the log up to `position` at least; entries of
 * another epoch never join it: then everything goes.
 */
export class FollowerLog {
  readonly #name: string;
  readonly #ports: FollowerLogPorts;
  readonly #cache: FollowerCache;
  /** The log position that every cached entry reflects; null while nothing is cached. */
  #applied: Version | null = null;
  /** The newest position that the leader may count as delivered here although nothing is cached. */
  #announced: Version = ZERO;
  /** The newest leader position behind any answer: fills run ahead of the applied log. */
  #seen: Version = ZERO;
  /**
   * When this follower last asked the leader and then was at its head. A push proves
   * nothing about time: it may have been on its way for long.
   */
  #validatedMs = Number.NEGATIVE_INFINITY;
  #catchingUp: Promise<Failure | null> | null = null;
  /** The last pull, if it failed. */
  #failed: { readonly failure: Failure; readonly atMs: number } | null = null;
  readonly counters = { gaps: 0, pulls: 0 };

  constructor(name: string, cache: FollowerCache, ports: FollowerLogPorts) {
    this.#name = name;
    this.#cache = cache;
    this.#ports = ports;
  }

  get applied(): Version | null {
    return this.#applied;
  }

  /** For tickets: no answer of this follower was newer than this. */
  get seenUpTo(): Version {
    return maxVersion(this.#position(), this.#seen);
  }

  /** How long ago, ms, what is cached was known to be all there is. */
  get ageMs(): number {
    return this.#ports.clock.nowMs() - this.#validatedMs;
  }

  /** True: what is cached may answer as it is. */
  isFreshFor(atLeast: Version | null): boolean {
    if (this.#applied === null) return true; // Nothing cached: every answer comes from the leader.
    const isBehind = atLeast !== null && compareVersions(this.#applied, atLeast) < 0;
    const ageMs = this.#ports.clock.nowMs() - this.#validatedMs;
    return !isBehind && ageMs < LIMITS.followerTtlMs;
  }

  /**
   * Brings this follower to its leader's head when a ticket or the TTL asks for it.
   *
   * @returns null, or the age in ms of what may be served although the leader is away.
   */
  async freshen(wish: Wish): Promise<Result<number | null, Failure>> {
    // Who may have an old answer does not wait again for a leader that has just not answered.
    const failed = this.#failed;
    if (failed !== null && this.#ports.clock.nowMs() - failed.atMs < LIMITS.leaderRetryMs) {
      const stale = this.#staleOr(failed.failure, wish);
      if (stale.ok) return stale;
    }
    // A pull that was already under way may have left before the ticket; the next one has not.
    for (let pulls = 0; pulls < 2 && !this.isFreshFor(wish.atLeast); pulls++) {
      const failure = await this.#catchUp();
      if (failure !== null) return this.#staleOr(failure, wish);
    }
    if (this.isFreshFor(wish.atLeast)) return ok(null);
    // A leader whose log ends below the ticket, in its epoch, says that the rest was never committed.
    const isAll = this.#applied?.epoch === wish.atLeast?.epoch;
    return isAll && this.isFreshFor(null) ? ok(null) : this.#staleOr(leaderAway, wish);
  }

  /** What is here, marked with its age, if the wish allows it; otherwise the failure. */
  #staleOr(failure: Failure, { atLeast, allowStale }: Wish): Result<number | null, Failure> {
    if (this.#applied === null) return ok(null);
    const { ageMs } = this;
    const isBehind = compareVersions(this.#applied, atLeast) < 0;
    const mayServe = ageMs < LIMITS.staleServeMsMax && (!isBehind || allowStale === true);
    return mayServe ? ok(Math.max(0, ageMs)) : err(failure);
  }

  /** What the leader pushes. @param isFilling whether a fill is on its way. */
  async push(push: LogPush, isFilling: boolean): Promise<Version | null> {
    if (this.#applied === null) return isFilling ? this.#announce(push.head) : null;
    try {
      await this.#absorb(push);
    } catch (error) {
      // Whatever went wrong, an entry that may be stale must not stay.
      this.#reset();
      this.#ports.report("push_not_applied", error);
    }
    return this.#applied ?? this.#announce(push.head);
  }

  /** A fill that is on its way may have been read before this: it will catch up when it lands. */
  #announce(head: Version): Version {
    this.#announced = maxVersion(this.#announced, head);
    return head;
  }

  /** A fill has arrived, asked for at `askedMs`: keeps what of it is still true. */
  async landed(request: FillRequest, fill: FillResponse, askedMs: number): Promise<Failure | null> {
    const late = this.saw(fill.upTo ?? fill.at);
    if (late !== null) return late;
    // The first fill defines where this follower's log starts.
    if (this.#applied === null) {
      this.#applied = fill.at;
      this.#cache.startAt(fill.at);
      this.#validatedMs = askedMs;
    }
    this.#cache.keep(request, fill);
    if (!this.#lacksAnnounced()) return null;
    const failure = await this.#catchUp();
    // Its leader counts what was announced as delivered: who lacks it must not keep the rest. A pull that
    // was already under way may have left before it was.
    if (this.#lacksAnnounced()) this.#reset();
    return failure;
  }

  #lacksAnnounced = (): boolean => compareVersions(this.#position(), this.#announced) < 0;

  /** The leader answered at this position. @returns a failure when its epoch is over. */
  saw(at: Version): Failure | null {
    if (at.epoch < this.#seen.epoch) return leaderAway;
    if (this.#applied !== null && at.epoch > this.#applied.epoch) this.#reset();
    this.#seen = maxVersion(this.#seen, at);
    return null;
  }

  #position(): Version {
    return this.#applied ?? ZERO;
  }

  #reset(): void {
    // A fill that was read before may still come.
    this.#announce(this.#position());
    this.#cache.clear();
    this.#applied = null;
    this.#validatedMs = Number.NEGATIVE_INFINITY;
  }

  /** Applies records that connect to `#applied`; a gap is repaired from the leader's log. */
  async #absorb(push: LogPush): Promise<void> {
    const applied = this.#position();
    if (compareVersions(push.after, applied) > 0) {
      this.counters.gaps++;
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
      if (record.epoch !== position.epoch || firstSeq(record) > position.seq + 1) {
        throw new Error(`log gap: ${position.seq} then ${firstSeq(record)}`);
      }
      for (const entry of record.entries) {
        this.#cache.apply(entry, { epoch: record.epoch, seq: entry.seq });
      }
      position = end;
    }
    this.#applied = position;
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
    this.counters.pulls++;
    const askedMs = this.#ports.clock.nowMs();
    const answer = await this.#ports.leader.pull(this.#name, after).catch(() => err(leaderAway));
    this.#failed = answer.ok ? null : { failure: answer.error, atMs: this.#ports.clock.nowMs() };
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
}

/** Its leader does not answer, or not for the present epoch. */
export const leaderAway: Failure = {
  code: "unavailable",
  dependency: "leader",
  retryAfterMs: LIMITS.overloadRetryMs,
};
