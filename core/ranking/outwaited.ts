import type { Clock, Timer } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import { orLate } from "../resilience/or-late.ts";
import type { RankerAsk } from "./ranker-call.ts";

interface OutwaitedPorts {
  readonly clock: Clock;
  readonly timer: Timer;
}

/**
 * What calls take that nobody waits for any more. Callers give up at 50 ms, so that their times alone would say of
 * every ranker that it answers within them; a few late calls of an isolate go on for a while, to be timed.
 */
export class Outwaited {
  readonly #ports: OutwaitedPorts;
  readonly #tookMs = new Map<Region, number[]>();
  /** When each began that is waited for, Unix ms, the oldest first. */
  readonly #begun = new Set<{ readonly atMs: number }>();

  constructor(ports: OutwaitedPorts) {
    this.#ports = ports;
  }

  /** @returns null: enough are waited for. Otherwise resolves when it has ended, or was ended, and never rejects. */
  wait(region: Region, ask: RankerAsk, begunMs: number): Promise<void> | null {
    this.#giveUp();
    return this.#begun.size >= LIMITS.rankOutwaitMax ? null : this.#wait(region, ask, begunMs);
  }

  async #wait(region: Region, ask: RankerAsk, begunMs: number): Promise<void> {
    const { clock, timer } = this.#ports;
    const mine = { atMs: clock.nowMs() };
    this.#begun.add(mine);
    const reply = await orLate(ask.reply, LIMITS.rankOutwaitMs, timer, null);
    this.#begun.delete(mine);
    if (reply === null) ask.cancel();
    // Who refuses, or breaks, says nothing about how long scoring takes.
    if (reply !== null && reply.kind !== "scored") return;
    const known = this.#tookMs.get(region) ?? [];
    if (known.length < LIMITS.rankOutwaitMax) known.push(clock.nowMs() - begunMs);
    this.#tookMs.set(region, known);
  }

  /** The platform may have dropped a request with all that it waited for. */
  #giveUp(): void {
    for (const one of this.#begun) {
      if (this.#ports.clock.nowMs() - one.atMs < 2 * LIMITS.rankOutwaitMs) return;
      this.#begun.delete(one);
    }
  }

  /** Those that ended since they were taken last, ms. */
  take(region: Region): readonly number[] {
    const known = this.#tookMs.get(region) ?? [];
    if (known.length > 0) this.#tookMs.set(region, []);
    return known;
  }
}
