import type { Clock, Random } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { LruMap } from "../lru.ts";
import type { Region } from "../regions/regions.ts";
import { err, type Result } from "../result.ts";
import { Places } from "./places.ts";
import type { Priority } from "./priority.ts";
import { FULL_BUDGET, type RetryBudget, withFirst, withRetry } from "./retry-budget.ts";
import { accepted, OPEN, refusalChanceOf, refused, type Throttle } from "./priority-throttle.ts";

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

/** What is known of one dependency, replaced part by part. */
interface Guarded {
  /** Apart: what is refused to a batch says nothing about what readers are refused. */
  readonly throttles: Map<Priority, Throttle>;
  readonly places: Places;
  budget: RetryBudget;
}

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
    const guarded = this.#of(dependency);
    const settle = (as: typeof accepted) => {
      const before = guarded.throttles.get(priority) ?? OPEN;
      guarded.throttles.set(priority, as(before, clock.nowMs()));
    };
    const chance = refusalChanceOf(
      guarded.throttles.get(priority) ?? OPEN,
      priority,
      clock.nowMs(),
    );
    const isThrottled = chance > 0 && random.next() < chance;
    if (isThrottled) settle(refused);
    const place = isThrottled ? null : guarded.places.enter(priority, max, clock.nowMs());
    if (place === null) {
      count(region, "throttled");
      return err(OVERLOADED);
    }
    try {
      const answer = await call();
      settle(answer.ok || answer.error.code !== "overloaded" ? accepted : refused);
      return answer;
    } finally {
      guarded.places.leave(place);
    }
  }

  /** A call begins: its first attempt pays into the budget of its kind. */
  first(kind: string): void {
    const guarded = this.#of(kind);
    guarded.budget = withFirst(guarded.budget);
  }

  /** A retry goes out: one that was within the budget may have been throttled. */
  retried(region: Region): void {
    this.#ports.count(region, "retries");
  }

  /** Whether another attempt is within the budget. */
  mayRetry(kind: string, region: Region): boolean {
    const guarded = this.#of(kind);
    const budget = withRetry(guarded.budget);
    if (budget === null) this.#ports.count(region, "retries_denied");
    guarded.budget = budget ?? guarded.budget;
    return budget !== null;
  }

  #of(name: string): Guarded {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const guarded = { throttles: new Map(), places: new Places(), budget: FULL_BUDGET };
    this.#known.set(name, guarded, GUARDED_BYTES);
    return guarded;
  }
}
