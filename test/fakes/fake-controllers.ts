import type { Clock } from "../../core/clock.ts";
import type { Change, Published } from "../../core/degradation/controller.ts";
import type { LevelList, NewDrain, NewPin } from "../../core/degradation/controller-service.ts";
import { RegionWatch } from "../../core/degradation/region-watch.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { RegionCounts } from "../../core/telemetry/region-counts.ts";
import type { Controllers } from "../../platform/controller-stubs.ts";

/** Controllers of all regions in this process, over the clock of the test. */
export class FakeControllers implements Controllers {
  readonly exchanged: { readonly region: Region; readonly counts: RegionCounts }[] = [];
  /** Regions that nobody can reach. */
  readonly away = new Set<Region>();
  readonly #clock: Clock;
  readonly #watches = new Map<Region, RegionWatch>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  exchange = async (region: Region, counts: RegionCounts): Promise<Published> => {
    if (this.away.has(region)) throw new Error("away");
    this.exchanged.push({ region, counts });
    return this.of(region).exchange(counts);
  };

  async list(): Promise<LevelList> {
    return {
      regions: [...this.#watches.values()].map((watch) => watch.read()),
      away: [...this.away].map((region) => ({ region, why: "unavailable" })),
    };
  }

  async pin(region: Region, pin: NewPin & { readonly by: string }) {
    return this.of(region).pin(pin);
  }

  async drain(region: Region, drain: NewDrain & { readonly by: string }) {
    return this.of(region).drain(drain);
  }

  of(region: Region): RegionWatch {
    const known = this.#watches.get(region);
    if (known !== undefined) return known;
    const changes: Change[] = [];
    const watch = new RegionWatch(region, {
      clock: this.#clock,
      store: {
        load: () => null,
        save: () => {},
        changes: () => changes.toReversed(),
        append: (change) => void changes.push(change),
      },
      lookAt: () => {},
      changed: () => {},
    });
    this.#watches.set(region, watch);
    return watch;
  }
}
