import { LIMITS } from "../limits.ts";
import { type Priority, SHARE } from "./priority.ts";

export interface Place {
  readonly priority: Priority;
  /** Unix ms. */
  readonly takenMs: number;
}

/**
 * What one isolate has under way, of all it does or towards one dependency. There is no queue: what waits here would
 * only grow old.
 *
 * Work whose client has gone may never end here: the platform may drop it, with all that was to come after. So
 * a place that was taken `placeHeldMs` ago is nobody's any more, which fails open.
 */
export class Places {
  /** Oldest first. */
  readonly #taken = new Set<Place>();
  readonly #by = new Map<Priority, number>();

  get total(): number {
    return this.#taken.size;
  }

  of(priority: Priority): number {
    return this.#by.get(priority) ?? 0;
  }

  /** @returns null: of `max` there is no room for this priority. */
  enter(priority: Priority, max: number, nowMs: number): Place | null {
    const most = Math.floor(max * SHARE[priority]);
    if (this.total >= most) this.giveUp(nowMs);
    return this.total < most ? this.take(priority, nowMs) : null;
  }

  /** Whether or not there is room. */
  take(priority: Priority, nowMs: number): Place {
    const place = { priority, takenMs: nowMs };
    this.#taken.add(place);
    this.#by.set(priority, this.of(priority) + 1);
    return place;
  }

  /** Once or again: of a place that was given up nothing is left to give back. */
  leave(place: Place): void {
    if (!this.#taken.delete(place)) return;
    this.#by.set(place.priority, this.of(place.priority) - 1);
  }

  /** Of whoever has had theirs for too long. */
  giveUp(nowMs: number): void {
    for (const place of this.#taken) {
      if (nowMs - place.takenMs < LIMITS.placeHeldMs) return;
      this.leave(place);
    }
  }
}
