import type { Clock, Timer } from "../clock.ts";
import type { Dependency, Failure } from "../errors.ts";
import { err, type Result } from "../result.ts";

export interface DeadlineDeps {
  readonly clock: Clock;
  readonly timer: Timer;
}

/**
 * When one request's time is over, for everything that waits in it. One timer while
 * anybody waits, none otherwise: an object with a timer set stays in memory.
 */
export class Deadline {
  /** Unix ms. */
  readonly atMs: number;
  readonly #budgetMs: number;
  readonly #deps: DeadlineDeps;
  readonly #waiting = new Set<() => void>();
  #callOff: (() => void) | null = null;

  constructor(atMs: number, deps: DeadlineDeps) {
    this.atMs = atMs;
    this.#budgetMs = Math.max(0, atMs - deps.clock.nowMs());
    this.#deps = deps;
  }

  /**
   * What `call` answers, or `deadline_exceeded` once time is over: what it was asked to do may
   * still happen then. It is not called at all when time is over already.
   */
  async within<T>(
    dependency: Dependency,
    call: () => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const late = err({ code: "deadline_exceeded", dependency, budgetMs: this.#budgetMs } as const);
    const leftMs = this.atMs - this.#deps.clock.nowMs();
    if (leftMs <= 0) return late;
    const { promise: over, resolve } = Promise.withResolvers<Result<T, Failure>>();
    const giveUp = () => resolve(late);
    this.#waiting.add(giveUp);
    this.#callOff ??= this.#deps.timer(leftMs, () => this.#ring());
    try {
      return await Promise.race([call(), over]);
    } finally {
      this.#waiting.delete(giveUp);
      if (this.#waiting.size === 0) this.#stop();
    }
  }

  #ring(): void {
    // Timers may be a little early: whoever waits from now on gets another.
    this.#callOff = null;
    for (const giveUp of this.#waiting) giveUp();
  }

  #stop(): void {
    this.#callOff?.();
    this.#callOff = null;
  }
}
