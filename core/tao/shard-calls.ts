import type { Random, Sleep } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import type { CallGuard } from "../resilience/call-guard.ts";
import { Deadline, type DeadlineDeps } from "../resilience/deadline.ts";
import type { Priority } from "../resilience/priority.ts";
import { NO_RETRY, POST_WRITE, retry, type RetryPolicy, TAO_READ } from "../resilience/retry.ts";
import type { Result } from "../result.ts";
import type { Replica, Routes } from "./route.ts";
import type { FollowerService, LeaderService } from "./service.ts";
import type { PhysicalShard, ShardEntry } from "./shard-map.ts";

/** A fresh stub per call: one that threw may be broken for good. Calls answer failures, they do not reject. */
export interface ShardCallsPorts extends DeadlineDeps {
  readonly follower: (
    shard: PhysicalShard,
    replica: Replica,
  ) => Pick<FollowerService, "read" | "union">;
  readonly leader: (entry: ShardEntry) => Pick<LeaderService, "read" | "write">;
  /** Of the isolate: which followers are well, and quick. */
  readonly routes: Routes;
  readonly random: Random;
  readonly sleep: Sleep;
  /** Of the isolate: what may be sent. Left out: everything. */
  readonly guard?: Pick<CallGuard, "attempt" | "first" | "mayRetry" | "retried">;
  /** Told of every attempt that was sent. */
  readonly observe?: (attempt: Attempt) => void;
}

export interface Attempt {
  /** Where the request is served. */
  readonly region: Region;
  readonly kind: "read" | "write";
  readonly priority: Priority;
  readonly tookMs: number;
  /** The graph failed. A refusal for load is an answer; so is one that the caller did not wait for. */
  readonly failed: boolean;
}

type FollowerStub = ReturnType<ShardCallsPorts["follower"]>;
type LeaderStub = ReturnType<ShardCallsPorts["leader"]>;

const RETRYABLE: ReadonlySet<Failure["code"]> = new Set(["unavailable", "deadline_exceeded"]);
const isRetryable = (failure: Failure): boolean => RETRYABLE.has(failure.code);

/** The object calls of one request: retried until its deadline, given up at it, and counted. */
export class ShardCalls {
  readonly #ports: ShardCallsPorts;
  readonly #region: Region;
  readonly #deadline: Deadline;
  readonly #priority: Priority;
  made = 0;
  /** How long, ms, at least one was under way. */
  waitedMs = 0;
  #underWay = 0;
  #sinceMs = 0;

  constructor(
    ports: ShardCallsPorts,
    region: Region,
    deadlineMs: number,
    priority: Priority = "interactive",
  ) {
    this.#ports = ports;
    this.#priority = priority;
    this.#region = region;
    this.#deadline = new Deadline(deadlineMs, ports);
  }

  /** Each attempt picks its follower anew. */
  follower<T>(
    shard: PhysicalShard,
    call: (stub: FollowerStub) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const { routes, clock, random } = this.#ports;
    return this.#retried(TAO_READ, { of: `follower ${shard}`, kind: "read" }, () => {
      const replica = routes.pick(shard, this.#region, clock.nowMs(), random);
      return this.#timed(shard, replica, call);
    });
  }

  /** @param kind says whether a lost answer may be asked for again. */
  leader<T>(
    entry: ShardEntry,
    kind: "read" | "write once" | "write",
    call: (stub: LeaderStub) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const to = { of: `leader ${entry.shard}`, kind: kind === "read" ? kind : "write" } as const;
    return this.#retried(LEADER_POLICY[kind], to, () =>
      this.#deadline.within("leader", () => call(this.#ports.leader(entry))),
    );
  }

  async #timed<T>(
    shard: PhysicalShard,
    replica: Replica,
    call: (stub: FollowerStub) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const { routes, clock } = this.#ports;
    const startMs = clock.nowMs();
    routes.begin(shard, replica, startMs);
    const answer = await this.#deadline.within("follower", () =>
      call(this.#ports.follower(shard, replica)),
    );
    const endMs = clock.nowMs();
    const tookMs = endMs - startMs;
    routes.end(shard, replica, endMs, tookMs, answer.ok ? null : blamed(answer.error, tookMs));
    return answer;
  }

  #retried<T>(
    policy: RetryPolicy,
    { of, kind }: { readonly of: string; readonly kind: Attempt["kind"] },
    attempt: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const { guard, clock, random, sleep } = this.#ports;
    const priority =
      kind === "write" && this.#priority === "interactive" ? "write" : this.#priority;
    let isFirst = true;
    const sent = async () => {
      // Only what goes out pays for retries: what is refused here arrives nowhere.
      if (isFirst) guard?.first(kind);
      else guard?.retried(this.#region);
      isFirst = false;
      this.made++;
      const startMs = clock.nowMs();
      if (this.#underWay++ === 0) this.#sinceMs = startMs;
      const answer = await attempt();
      const endMs = clock.nowMs();
      if (--this.#underWay === 0) this.waitedMs += endMs - this.#sinceMs;
      const tookMs = endMs - startMs;
      const failed = !answer.ok && isTheGraphs(answer.error, tookMs);
      this.#ports.observe?.({ region: this.#region, kind, priority, tookMs, failed });
      return answer;
    };
    const about = { dependency: of, priority, max: LIMITS.shardCallsMax, region: this.#region };
    const guarded = guard === undefined ? sent : () => guard.attempt(about, sent);
    return retry(guarded, isRetryable, policy, this.#deadline.atMs, {
      clock,
      random,
      sleep,
      ...(guard !== undefined && { mayRetry: () => guard.mayRetry(kind, this.#region) }),
    });
  }
}

/** A follower that was cut off before it had to say that its leader is away may be well. */
const blamed = (failure: Failure, tookMs: number): Failure | null =>
  failure.code === "deadline_exceeded" && tookMs < LIMITS.leaderAnswerMs ? null : failure;

/** Did the graph fail? Not where it was cut off before it had to answer. */
const isTheGraphs = (failure: Failure, tookMs: number): boolean =>
  failure.code === "unavailable" ||
  (failure.code === "deadline_exceeded" && tookMs >= LIMITS.leaderAnswerMs);

/** A write is sent again only under an opId: its first attempt may have committed. */
const LEADER_POLICY = { read: TAO_READ, write: POST_WRITE, "write once": NO_RETRY } as const;
