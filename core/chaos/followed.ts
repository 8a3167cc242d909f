import type { Clock, Random } from "../clock.ts";
import type { Fault } from "./fault.ts";
import { faultFor, type Injected, type Site, skewFor } from "./inject.ts";
import { DRILL_LIMITS } from "./limits.ts";

export interface FollowedDrillsPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Ends within a bounded time; may reject. */
  readonly read: () => Promise<readonly Fault[]>;
  /** Keeps work alive after the answer that it was begun beside. */
  readonly defer: (work: Promise<void>) => void;
  readonly report: (event: string, error: unknown) => void;
}

/**
 * The drills that one isolate knows of. They are asked for once a second beside a call; a call waits for
 * that only when nothing was heard for two. A board that does not answer means that nothing goes on.
 */
export class FollowedDrills {
  readonly #ports: FollowedDrillsPorts;
  #active: readonly Fault[] = [];
  /** Unix ms, of the last answer or failure, and of the last question. */
  #heardMs = 0;
  #askedMs = 0;
  /** When the question was asked whose answer is known. */
  #knownMs = 0;

  constructor(ports: FollowedDrillsPorts) {
    this.#ports = ports;
  }

  /** Nothing goes on, and that was heard a moment ago: a call may go straight on. */
  get isQuiet(): boolean {
    const isKnown = this.#ageMs() < DRILL_LIMITS.drillKnownMs;
    if (isKnown) this.#askBeside();
    return isKnown && this.#active.length === 0;
  }

  /** What is to become of a call. */
  async injected(site: Site): Promise<Injected | null> {
    const { clock, random } = this.#ports;
    if (this.#ageMs() >= DRILL_LIMITS.drillKnownMs) await this.#ask();
    else this.#askBeside();
    return faultFor(this.#active, site, clock.nowMs(), random);
  }

  /** By how many ms the clock at this place is wrong, as far as is known. */
  skewMs(site: Site): number {
    this.#askBeside();
    return skewFor(this.#active, site, this.#ports.clock.nowMs());
  }

  /** Of a clock that stepped back nothing is known. */
  #ageMs(): number {
    const ageMs = this.#ports.clock.nowMs() - this.#heardMs;
    return ageMs < 0 ? Number.POSITIVE_INFINITY : ageMs;
  }

  #askBeside(): void {
    const sinceMs = this.#ports.clock.nowMs() - this.#askedMs;
    if (sinceMs >= 0 && sinceMs < DRILL_LIMITS.drillPollMs) return;
    this.#ports.defer(this.#ask());
  }

  /** Not shared between calls: one may not wait for what belongs to another. */
  async #ask(): Promise<void> {
    const { clock, read, report } = this.#ports;
    const askedMs = clock.nowMs();
    this.#askedMs = askedMs;
    const heard = await read().catch((error: unknown) => {
      report("drills_unknown", error);
      return [];
    });
    // An answer that was overtaken by a later question's is old.
    if (askedMs < this.#knownMs) return;
    this.#knownMs = askedMs;
    this.#active = heard;
    this.#heardMs = clock.nowMs();
  }
}
