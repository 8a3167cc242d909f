import { bump, NO_TALLY, type Signal, type Tally } from "../../core/ranking/counters.ts";
import { halfLifeOf, TALLIES, type TallyName } from "../../core/ranking/features.ts";
import { type Counted, talliesOf, tallyKeys } from "../../core/ranking/tallies.ts";

/** Decayed counters of everything, in memory: what feature buckets hold for the product. */
export class MemoryTallies {
  readonly #held = new Map<string, Tally>();

  of = (counted: Counted): Record<TallyName, Tally> => talliesOf(counted, this.#held);

  bump(counted: Counted, signals: readonly Signal[], nowMs: number): void {
    const keys = tallyKeys(counted);
    for (const { name } of TALLIES) {
      const key = keys[name];
      if (key === null) continue;
      const tally = this.#held.get(key) ?? NO_TALLY;
      this.#held.set(key, bump(tally, signals, nowMs, halfLifeOf(name)));
    }
  }
}
