import type { Effects } from "../../degradation/effects.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { isProtecting } from "./events.ts";
import type { SocketEvent } from "./port.ts";

/**
 * What of fan-out's events a bucket passes on at its region's level. What hides something always passes.
 * News of notifications may wait for more of them: they say only that there is something to look at, so
 * that one which is lost with memory is found at the next look.
 */
export class Dimmer {
  #effects: Effects;
  readonly #waiting = new Set<Id>();
  #releasedMs = -Infinity;

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  set(effects: Effects): void {
    this.#effects = effects;
  }

  /** The events to tell at `nowMs`: of those that came, and of those that waited. */
  take(events: readonly SocketEvent[], nowMs: number): readonly SocketEvent[] {
    const { liveCounts, realtime, notificationsEveryMs } = this.#effects;
    const passed = events.filter((event) => {
      if (isProtecting(event)) return true;
      if (event.kind === "notified" && notificationsEveryMs > 0) {
        if (this.#waiting.size < LIMITS.socketStreamsMax) this.#waiting.add(event.viewer);
        return false;
      }
      if (realtime === "protective") return false;
      return event.kind !== "counts" || liveCounts;
    });
    return [...passed, ...this.#release(nowMs)];
  }

  /** Unix ms, when `take` has something by itself; null: nothing waits, or nothing may be told. */
  get dueMs(): number | null {
    if (this.#waiting.size === 0 || this.#effects.realtime === "protective") return null;
    return this.#releasedMs + this.#effects.notificationsEveryMs;
  }

  #release(nowMs: number): readonly SocketEvent[] {
    const { dueMs } = this;
    // A clock that stepped back must not hold anything for longer.
    if (dueMs === null || (nowMs < dueMs && nowMs >= this.#releasedMs)) return [];
    this.#releasedMs = nowMs;
    const viewers = [...this.#waiting];
    this.#waiting.clear();
    return viewers.map((viewer) => ({ kind: "notified", viewer }) as const);
  }
}
