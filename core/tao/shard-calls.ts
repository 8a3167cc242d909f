import type { Random, Sleep } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import { Deadline, type DeadlineDeps } from "../resilience/deadline.ts";
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
  made = 0;

  constructor(ports: ShardCallsPorts, region: Region, deadlineMs: number) {
    this.#ports = ports;
    this.#region = region;
    this.#deadline = new Deadline(deadlineMs, ports);
  }

  /** Each attempt picks its follower anew. */
  follower<T>(
    shard: PhysicalShard,
    call: (stub: FollowerStub) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const { routes, clock, random } = this.#ports;
    return this.#retried(TAO_READ, () => {
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
    return this.#retried(LEADER_POLICY[kind], () =>
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
    attempt: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const counted = () => {
      this.made++;
      return attempt();
    };
    return retry(counted, isRetryable, policy, this.#deadline.atMs, this.#ports);
  }
}

/** A follower that was cut off before it had to say that its leader is away may be well. */
const blamed = (failure: Failure, tookMs: number): Failure | null =>
  failure.code === "deadline_exceeded" && tookMs < LIMITS.leaderAnswerMs ? null : failure;

/** A write is sent again only under an opId: its first attempt may have committed. */
const LEADER_POLICY = { read: TAO_READ, write: POST_WRITE, "write once": NO_RETRY } as const;
