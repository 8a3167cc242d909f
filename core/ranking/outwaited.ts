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
  #underWay = 0;

  constructor(ports: OutwaitedPorts) {
    this.#ports = ports;
  }

  /** @returns null: enough are waited for. Otherwise resolves when it has ended, or was ended, and never rejects. */
  wait(region: Region, ask: RankerAsk, begunMs: number): Promise<void> | null {
    return this.#underWay >= LIMITS.rankOutwaitMax ? null : this.#wait(region, ask, begunMs);
  }

  async #wait(region: Region, ask: RankerAsk, begunMs: number): Promise<void> {
    const { clock, timer } = this.#ports;
    this.#underWay++;
    const reply = await orLate(ask.reply, LIMITS.rankOutwaitMs, timer, null);
    this.#underWay--;
    if (reply === null) ask.cancel();
    // Who refuses, or breaks, says nothing about how long scoring takes.
    if (reply !== null && reply.kind !== "scored") return;
    const known = this.#tookMs.get(region) ?? [];
    if (known.length < LIMITS.rankOutwaitMax) known.push(clock.nowMs() - begunMs);
    this.#tookMs.set(region, known);
  }

  /** Those that ended since they were taken last, ms. */
  take(region: Region): readonly number[] {
    const known = this.#tookMs.get(region) ?? [];
    if (known.length > 0) this.#tookMs.set(region, []);
    return known;
  }
}
