import type { Clock } from "../../../core/clock.ts";

/** Two turns of the event loop with less than this between them had no rest: what was there waited through the first. */
const NO_REST_MS = 1;

/**
 * How long requests wait before anybody sees them: under overload the queue is not ours but the sockets', while
 * this thread reads and refuses others. One turn of the event loop reads everything that is there, so a request
 * has waited for those that were read before it in this turn and, on average, for half of the turn before.
 */
export class LoopWait {
  readonly #clock: Clock;
  readonly #afterTurn: (ring: () => void) => void;
  #startedMs: number | null = null;
  #lastMs = 0;
  #endedMs = Number.NEGATIVE_INFINITY;

  /** @param afterTurn calls `ring` once the turn has read everything: `setImmediate`. */
  constructor(clock: Clock, afterTurn: (ring: () => void) => void) {
    this.#clock = clock;
    this.#afterTurn = afterTurn;
  }

  /**
   * To be asked as a request is first seen. @returns milliseconds: what it has waited, 0 when there was nobody
   * before it, and what its answer will wait for a turn to end, 0 when this thread has rest.
   */
  seen(): { readonly waitedMs: number; readonly turnMs: number } {
    const nowMs = this.#clock.nowMs();
    if (this.#startedMs === null) {
      this.#startedMs = nowMs;
      this.#afterTurn(() => this.#end());
    }
    const rested = this.#startedMs - this.#endedMs >= NO_REST_MS;
    const turnMs = rested ? 0 : this.#lastMs;
    return { waitedMs: nowMs - this.#startedMs + turnMs / 2, turnMs };
  }

  #end(): void {
    this.#endedMs = this.#clock.nowMs();
    this.#lastMs = this.#endedMs - (this.#startedMs ?? this.#endedMs);
    this.#startedMs = null;
  }
}
