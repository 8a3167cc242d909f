import { LIMITS } from "./limits.ts";

/**
 * Work that one request of an isolate does for all of them. No other request may wait for it: the platform ends a
 * request whose client has gone, and all that it had begun with it; whoever waits for that has nothing of their
 * own under way, and is ended as hung. What was begun too long ago is taken for lost, and may be begun again.
 */
export class OneAtATime {
  /** Unix ms; null: nothing is under way. */
  #begunMs: number | null = null;

  isUnderWay(nowMs: number): boolean {
    if (this.#begunMs === null) return false;
    const sinceMs = nowMs - this.#begunMs;
    // A clock that was set back must not keep it for ever.
    return sinceMs >= 0 && sinceMs < LIMITS.sharedWorkLostMs;
  }

  /** @returns once this caller's work is over; at once where another's is under way. Rejects as `work` does. */
  async run(nowMs: number, work: () => Promise<void>): Promise<void> {
    if (this.isUnderWay(nowMs)) return;
    this.#begunMs = nowMs;
    try {
      await work();
    } finally {
      // Of one that was taken for lost, nothing is ended but itself.
      if (this.#begunMs === nowMs) this.#begunMs = null;
    }
  }
}
