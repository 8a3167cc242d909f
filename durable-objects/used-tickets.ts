import { LIMITS } from "../core/limits.ts";

/** Tickets that were used while they are still good. Memory only: the object sleeps no sooner than after ten quiet seconds. */
export class UsedTickets {
  /** Unix ms; oldest first. */
  readonly #usedMs = new Map<string, number>();

  /** @returns false when it was used before. */
  use(nonce: string, nowMs: number): boolean {
    for (const [oldest, atMs] of this.#usedMs) {
      const isOver = this.#usedMs.size >= LIMITS.socketTicketsUsedMax;
      if (!isOver && nowMs - atMs < LIMITS.socketTicketMs) break;
      this.#usedMs.delete(oldest);
    }
    if (this.#usedMs.has(nonce)) return false;
    this.#usedMs.set(nonce, nowMs);
    return true;
  }
}
