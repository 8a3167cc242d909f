import type { FailureName } from "./events.ts";
import type { Clock } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import type { Region } from "../regions/regions.ts";
import {
  addDelta,
  type CacheTallyService,
  isNothing,
  NO_DELTA,
  type TalliedLayer,
  type TallyDelta,
  type TallyDeltas,
} from "./cache-tally.ts";

export interface TallyOutboxPorts {
  readonly clock: Clock;
  /** Calls may reject. */
  readonly tally: (region: Region) => Pick<CacheTallyService, "add">;
  /** Told of everything once, whether it arrives or not. */
  readonly told: (region: Region, layer: TalliedLayer, delta: TallyDelta) => void;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * Counts of an isolate on their way to the tally of each region: a few numbers. An isolate that ends takes
 * what it has not passed on with it; a flush whose answer was lost may count twice.
 */
export class TallyOutbox {
  readonly #ports: TallyOutboxPorts;
  readonly #pending = new Map<Region, Partial<Record<TalliedLayer, TallyDelta>>>();
  #flushedMs = 0;
  readonly #flushing = new OneAtATime();

  constructor(ports: TallyOutboxPorts) {
    this.#ports = ports;
  }

  add(region: Region, layer: TalliedLayer, delta: TallyDelta): void {
    if (isNothing(delta)) return;
    this.#ports.told(region, layer, delta);
    this.#keep(region, layer, delta);
  }

  #keep(region: Region, layer: TalliedLayer, delta: TallyDelta): void {
    const pending = this.#pending.get(region) ?? {};
    pending[layer] = addDelta(pending[layer] ?? NO_DELTA, delta);
    this.#pending.set(region, pending);
  }

  /** Whether the last flush was long enough ago for another. */
  get isTime(): boolean {
    const nowMs = this.#ports.clock.nowMs();
    return !this.#flushing.isUnderWay(nowMs) && nowMs - this.#flushedMs >= LIMITS.cacheFlushMs;
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /**
   * Passes on what there is; at once where that is under way. Never rejects: what did not arrive goes with the
   * next one.
   */
  flush(): Promise<void> {
    return this.#flushing.run(this.#ports.clock.nowMs(), () => this.#flush());
  }

  async #flush(): Promise<void> {
    this.#flushedMs = this.#ports.clock.nowMs();
    const taken = [...this.#pending];
    this.#pending.clear();
    await Promise.all(taken.map(([region, deltas]) => this.#send(region, deltas)));
  }

  async #send(region: Region, deltas: TallyDeltas): Promise<void> {
    try {
      await this.#ports.tally(region).add(deltas);
    } catch (error) {
      this.#ports.report("cache_tally_failed", error);
      for (const [layer, delta] of Object.entries(deltas))
        this.#keep(region, layer as TalliedLayer, delta);
    }
  }
}
