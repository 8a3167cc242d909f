import type { Clock, Random, Sleep } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import {
  adapted,
  type AdaptiveLimit,
  limitNow,
  type LimitPolicy,
  startLimit,
} from "./adaptive-limit.ts";
import { Places } from "./places.ts";
import { GUARANTEED, type Priority, SHARE } from "./priority.ts";

export interface AdmissionPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** By which it hears how soon the thread comes back to what is ready. */
  readonly sleep: Sleep;
  readonly policy: LimitPolicy;
}

export interface Work {
  /** Of a small set, fixed in the code: what it takes is known by it. */
  readonly kind: string;
  readonly priority: Priority;
  /** Until nobody waits for it, ms. */
  readonly leftMs?: number;
}

/**
 * Work that one isolate takes on, up to what it turns out to be able to do; the rest is refused at once, since what
 * waits here would only grow old. Lower priorities are refused first, and each has a few places of its own.
 */
export class Admission {
  readonly #ports: AdmissionPorts;
  readonly #underWay = new Places();
  /** Let in, and not begun yet. */
  readonly #arriving = new Places();
  readonly #ended = new Map<string, { count: number; sumMs: number }>();
  #state: AdaptiveLimit;
  #underWayMax = 0;
  #refused = 0;
  #endedCount = 0;
  #windowFromMs: number;
  #lag = { count: 0, sumMs: 0 };
  /** Unix ms until when a look at the thread is taken to be under way: the request that it belongs to may be dropped. */
  #lookingUntilMs = 0;

  constructor(ports: AdmissionPorts) {
    this.#ports = ports;
    this.#windowFromMs = ports.clock.nowMs();
    this.#state = startLimit(ports.policy, this.#windowFromMs);
  }

  get limit(): number {
    return Math.floor(limitNow(this.#state, this.#ports.policy));
  }

  /** Null: there is room. */
  refusal(priority: Priority): Failure | null {
    if (this.#isRoom(priority)) return null;
    const nowMs = this.#ports.clock.nowMs();
    this.#underWay.giveUp(nowMs);
    this.#arriving.giveUp(nowMs);
    if (this.#isRoom(priority)) return null;
    this.#refused++;
    // Refusals are heard of too: while nothing ends, windows must.
    this.#adapt(nowMs);
    return busy(this.#ports.random);
  }

  #isRoom(priority: Priority): boolean {
    const { limit } = this;
    const total = this.#underWay.total + this.#arriving.total;
    const own = this.#underWay.of(priority) + this.#arriving.of(priority);
    return (
      total < Math.floor(limit * SHARE[priority]) ||
      own < Math.max(1, Math.floor(limit * GUARANTEED[priority]))
    );
  }

  /**
   * Keeps room for work that is to begin once it is known whose it is: all who arrive meanwhile would find the
   * same room otherwise, and be refused only after that.
   * @returns gives the room back, once or again: to be called as it begins, or when it does not.
   */
  arrive(priority: Priority): Result<() => void, Failure> {
    const refusal = this.refusal(priority);
    if (refusal !== null) return err(refusal);
    const place = this.#arriving.take(priority, this.#ports.clock.nowMs());
    return ok(() => this.#arriving.leave(place));
  }

  /** Does it, or refuses it: `overloaded`. */
  async run<T>(
    { kind, priority, leftMs = Number.POSITIVE_INFINITY }: Work,
    work: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    // What takes longer than somebody waits is better not begun.
    const isLate = leftMs <= (this.#state.baseMs[kind] ?? 0);
    const refusal = isLate ? busy(this.#ports.random) : this.refusal(priority);
    if (refusal !== null) return err(refusal);
    const { clock } = this.#ports;
    const beginMs = clock.nowMs();
    const place = this.#underWay.take(priority, beginMs);
    this.#underWayMax = Math.max(this.#underWayMax, this.#underWay.total);
    void this.#lookAtThread(beginMs);
    let isSample = false;
    try {
      const result = await work();
      isSample = result.ok || result.error.code === "deadline_exceeded";
      return result;
    } finally {
      this.#underWay.leave(place);
      const nowMs = clock.nowMs();
      // A refusal of somebody else's is quick, and says nothing about what work takes.
      if (isSample) this.#sample(kind, nowMs - beginMs);
      this.#adapt(nowMs);
    }
  }

  /** One at a time, and only where the limit may go down to so few. */
  async #lookAtThread(nowMs: number): Promise<void> {
    const { clock, policy, sleep } = this.#ports;
    if (this.#underWay.total < policy.min || nowMs < this.#lookingUntilMs) return;
    this.#lookingUntilMs = nowMs + LIMITS.admissionWindowMaxMs;
    await sleep(0);
    this.#lag.count++;
    this.#lag.sumMs += clock.nowMs() - nowMs;
    this.#lookingUntilMs = 0;
  }

  #sample(kind: string, tookMs: number): void {
    const known = this.#ended.get(kind);
    if (known === undefined) this.#ended.set(kind, { count: 1, sumMs: tookMs });
    else {
      known.count++;
      known.sumMs += tookMs;
    }
    this.#endedCount++;
  }

  #adapt(nowMs: number): void {
    if (nowMs - this.#windowFromMs < LIMITS.admissionWindowMs) return;
    const isMuch = this.#endedCount >= LIMITS.admissionSampleMin;
    if (!isMuch && nowMs - this.#windowFromMs < LIMITS.admissionWindowMaxMs) return;
    const { count, sumMs } = this.#lag;
    const window = {
      ended: this.#ended,
      underWayMax: this.#underWayMax,
      refused: this.#refused,
      // A thread that is very late ends no look in a window, and the platform drops looks with their requests.
      lagMs: count === 0 ? null : sumMs / count,
    };
    this.#state = adapted(this.#state, window, this.#ports.policy, nowMs);
    this.#ended.clear();
    this.#lag = { count: 0, sumMs: 0 };
    this.#underWay.giveUp(nowMs);
    this.#underWayMax = this.#underWay.total;
    [this.#refused, this.#endedCount, this.#windowFromMs] = [0, 0, nowMs];
  }
}

/** When to come again: not all at once. */
export const busy = (random: Random): Failure => ({
  code: "overloaded",
  retryAfterMs: LIMITS.busyRetryMs + random.next() * LIMITS.busySpreadMs,
});
