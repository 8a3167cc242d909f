import type { Region } from "../../core/regions/regions.ts";
import {
  addDelta,
  type CacheTallyService,
  NO_DELTA,
  TALLIED,
  type TallyDelta,
} from "../../core/telemetry/cache-tally.ts";

/** What gateways passed on, by region and layer: `"us-east client"`. */
export class MemoryTally {
  readonly counts = new Map<string, TallyDelta>();
  calls = 0;
  /** Thrown by calls while there is one. */
  away: Error | null = null;

  of = (region: Region): Pick<CacheTallyService, "add"> => ({
    add: async (deltas) => {
      this.calls++;
      if (this.away !== null) throw this.away;
      for (const layer of TALLIED) {
        const delta = deltas[layer];
        if (delta === undefined) continue;
        const key = `${region} ${layer}`;
        this.counts.set(key, addDelta(this.counts.get(key) ?? NO_DELTA, delta));
      }
    },
  });
}
