import type { Clock, Random } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { LruMap } from "../lru.ts";
import type { Region } from "../regions/regions.ts";
import { err, type Result } from "../result.ts";
import { type Concurrency, entered, IDLE, left } from "./concurrency.ts";
import type { Priority } from "./priority.ts";
import { FULL_BUDGET, type RetryBudget, withFirst, withRetry } from "./retry-budget.ts";
import { accepted, OPEN, refusalChance, refused, type Throttle } from "./throttle.ts";

export interface CallGuardPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each call that was not sent, and of each retry that was, or was not. */
  readonly count: (region: Region, event: "throttled" | "retries" | "retries_denied") => void;
}

export interface GuardedCall {
  /** What is asked, such as `leader 3`. */
  readonly dependency: string;
  readonly priority: Priority;
  /** Calls to it that may be under way. */
  readonly max: number;
  /** Where the request is served: for whom it is counted. */
  readonly region: Region;
}

interface Guarded {
  /** Apart: what is refused to a batch says nothing about what readers are refused. */
  readonly throttles: Readonly<Partial<Record<Priority, Throttle>>>;
  readonly concurrency: Concurrency;
  readonly budget: RetryBudget;
}

const UNKNOWN: Guarded = { throttles: {}, concurrency: IDLE, budget: FULL_BUDGET };
const OVERLOADED = { code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs } as const;
/** Estimate, with its key and some slices. */
const GUARDED_BYTES = 500;

/**
 * What one isolate sends to each of its dependencies: as much as they take on, no more at once than fits,
 * and few retries. Refusals are `overloaded`, which nobody retries.
 */
export class CallGuard {
  readonly #ports: CallGuardPorts;
  readonly #known = new LruMap<string, Guarded>(LIMITS.guardsBytesMax);

  constructor(ports: CallGuardPorts) {
    this.#ports = ports;
  }

  /** Sends one attempt, or refuses it. */
  async attempt<T>(
    { dependency, priority, max, region }: GuardedCall,
    call: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const { clock, random, count } = this.#ports;
    const before = this.#of(dependency);
    const nowMs = clock.nowMs();
    const throttle = before.throttles[priority] ?? OPEN;
    if (random.next() < refusalChance(throttle, priority, nowMs)) {
      this.#settle(dependency, priority, refused);
      count(region, "throttled");
      return err(OVERLOADED);
    }
    const concurrency = entered(before.concurrency, priority, max);
    if (concurrency === null) {
      count(region, "throttled");
      return err(OVERLOADED);
    }
    this.#set(dependency, { ...before, concurrency });
    try {
      const answer = await call();
      const isTaken = answer.ok || answer.error.code !== "overloaded";
      this.#settle(dependency, priority, isTaken ? accepted : refused);
      return answer;
    } finally {
      this.#change(dependency, (now) => ({ ...now, concurrency: left(now.concurrency) }));
    }
  }

  /** A call begins: its first attempt pays into the budget of its kind. */
  first(kind: string): void {
    this.#change(kind, (now) => ({ ...now, budget: withFirst(now.budget) }));
  }

  /** Whether another attempt is within the budget. */
  mayRetry(kind: string, region: Region): boolean {
    const now = this.#of(kind);
    const budget = withRetry(now.budget);
    this.#ports.count(region, budget === null ? "retries_denied" : "retries");
    if (budget === null) return false;
    this.#set(kind, { ...now, budget });
    return true;
  }

  #settle(dependency: string, priority: Priority, as: typeof accepted): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#change(dependency, ({ throttles, ...now }) => ({
      ...now,
      throttles: { ...throttles, [priority]: as(throttles[priority] ?? OPEN, nowMs) },
    }));
  }

  #of(name: string): Guarded {
    return this.#known.get(name) ?? UNKNOWN;
  }

  #set(name: string, guarded: Guarded): void {
    this.#known.set(name, guarded, GUARDED_BYTES);
  }

  #change(name: string, change: (now: Guarded) => Guarded): void {
    this.#set(name, change(this.#of(name)));
  }
}
