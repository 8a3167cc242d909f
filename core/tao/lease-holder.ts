import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { isInForce, type Lease, type LeasePort } from "./lease.ts";
import type { PhysicalShard } from "./shard-map.ts";

export interface LeaseHolderPorts {
  readonly clock: Clock;
  /** May reject when the coordinator cannot be reached. */
  readonly lease: LeasePort;
  /** Keeps background work alive after the answer. */
  readonly defer: (work: Promise<unknown>) => void;
}

/**
 * The lease of one leader: got when first needed, renewed in the background once half of it
 * is gone, never kept past its end. Without requests nothing runs and it lapses.
 */
export class LeaseHolder {
  readonly #shard: PhysicalShard;
  readonly #ports: LeaseHolderPorts;
  #lease: Lease | null = null;
  /** Leases up to this epoch were given back, or their store has gone on. */
  #overUpTo = 0;
  #asking: Promise<Result<Lease, Failure>> | null = null;
  #refusal: Failure | null = null;
  #askAgainMs = 0;

  constructor(shard: PhysicalShard, ports: LeaseHolderPorts) {
    this.#shard = shard;
    this.#ports = ports;
  }

  /** Is the lease of this epoch in force at this moment? */
  mayAct(epoch: number): boolean {
    const lease = this.#lease;
    if (lease === null || lease.epoch !== epoch) return false;
    const nowMs = this.#ports.clock.nowMs();
    if (!isInForce(lease, nowMs)) return false;
    if (lease.untilMs - nowMs < LIMITS.leaseMs / 2 && this.#mayAsk(nowMs))
      this.#ports.defer(this.#ask());
    return true;
  }

  /** The lease that is in force, asked for if need be. A refusal is remembered for a moment. */
  async acquire(): Promise<Result<Lease, Failure>> {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#lease !== null && isInForce(this.#lease, nowMs)) return ok(this.#lease);
    if (this.#refusal !== null && !this.#mayAsk(nowMs)) return err(this.#refusal);
    return this.#ask();
  }

  /** No wait is longer than `leaseRetryMs`: one that is was set by a clock that has stepped back since. */
  #mayAsk(nowMs: number): boolean {
    const waitMs = this.#askAgainMs - nowMs;
    return waitMs <= 0 || waitMs > LIMITS.leaseRetryMs;
  }

  /** From now on no lease of `epoch` or before counts, whatever is still on its way. */
  giveUp(epoch: number): void {
    this.#overUpTo = Math.max(this.#overUpTo, epoch);
    if (this.#lease !== null && this.#lease.epoch <= epoch) this.#lease = null;
  }

  /** One question at a time. */
  #ask(): Promise<Result<Lease, Failure>> {
    this.#asking ??= this.#ports.lease
      .lease(this.#shard)
      .catch(() => away)
      .then((answer) => this.#take(answer))
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  #take(answer: Result<Lease, Failure>): Result<Lease, Failure> {
    const nowMs = this.#ports.clock.nowMs();
    if (!answer.ok) {
      // What another region leads is over here at once; a lease that could not be renewed runs to its end.
      if (answer.error.code === "moved") this.#lease = null;
      return this.#refuse(answer.error, nowMs + LIMITS.leaseRetryMs);
    }
    const lease = answer.value;
    if (lease.epoch > this.#overUpTo && lease.epoch >= (this.#lease?.epoch ?? 0))
      this.#lease = lease;
    if (this.#lease !== null && isInForce(this.#lease, nowMs)) {
      this.#refusal = null;
      this.#askAgainMs = nowMs + LIMITS.leaseRetryMs;
      return ok(this.#lease);
    }
    const startsInMs = lease.epoch > this.#overUpTo ? Math.max(0, lease.fromMs - nowMs) : 0;
    const waitMs = Math.min(Math.max(startsInMs, LIMITS.overloadRetryMs), LIMITS.leaseRetryMs);
    const refusal = { code: "unavailable", dependency: "leader", retryAfterMs: waitMs } as const;
    // The wait may be cut short: its predecessor may let go.
    return this.#refuse(refusal, nowMs + Math.min(waitMs, LIMITS.overloadRetryMs));
  }

  #refuse(failure: Failure, untilMs: number): Result<Lease, Failure> {
    this.#refusal = failure;
    this.#askAgainMs = untilMs;
    return err(failure);
  }
}

const away = err({
  code: "unavailable",
  dependency: "coordinator",
  retryAfterMs: LIMITS.overloadRetryMs,
} as const);
