import type { FailureName } from "../telemetry/events.ts";
import type { Clock } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import { Globe, type RegionOrder } from "../regions/nearest.ts";
import type { Region, RegionRow } from "../regions/regions.ts";
import { keptShare, returnedShare, servedBy } from "../regions/traffic.ts";
import { type Counter, RegionSums, type Timing } from "../telemetry/region-counts.ts";
import type { Published } from "./controller.ts";
import type { RegionControllerService } from "./controller-service.ts";
import { afterFailover, type Effects, effectsOf } from "./effects.ts";
import type { Level } from "./levels.ts";
import { REACHABLE, type Reach, routed, tried } from "./reach.ts";

export interface IsolateLevelsPorts {
  readonly clock: Clock;
  /** Those that exist, at least one. */
  readonly regions: readonly RegionRow[];
  /** Ends within a bounded time; may reject. */
  readonly exchange: (
    region: Region,
    counts: Parameters<RegionControllerService["exchange"]>[0],
  ) => Promise<Published>;
  readonly report: (event: FailureName, region: Region, error: unknown) => void;
}

interface Known {
  /** Of its row. */
  readonly weight: number;
  sums: RegionSums;
  published: Published | null;
  /** Unix ms, of the last answer and of the last try. */
  answeredMs: number;
  triedMs: number;
  /** When a write was last let through in spite of the level. */
  probedMs: number;
  reach: Reach;
  /** Since when it answers again, Unix ms; null: it was never unreachable. */
  backMs: number | null;
  readonly exchanging: OneAtATime;
}

/**
 * What one isolate knows of its regions' levels, and what it has counted for them: both go over one
 * small call a second, after an answer, so that no request ever waits for it. What is known is used
 * while it is being renewed. A level that could not be renewed for `levelKeptMs` is forgotten: without a
 * controller the isolate's own breakers, throttles and budgets still hold.
 */
export class IsolateLevels {
  readonly #ports: IsolateLevelsPorts;
  readonly #known: ReadonlyMap<Region, Known>;
  readonly #globe: Globe;

  constructor(ports: IsolateLevelsPorts) {
    this.#ports = ports;
    this.#globe = new Globe(ports.regions);
    this.#known = new Map(
      ports.regions.map(({ region, weight = 1 }) => [region, nothingKnown(weight)]),
    );
  }

  count(region: Region, name: Counter, by = 1): void {
    this.#known.get(region)?.sums.count(name, by);
  }

  time(region: Region, name: Timing, ms: number): void {
    this.#known.get(region)?.sums.time(name, ms);
  }

  /** null: not known, or for too long. */
  published(region: Region): Published | null {
    const known = this.#known.get(region);
    if (known === undefined || known.published === null) return null;
    const ageMs = this.#ports.clock.nowMs() - known.answeredMs;
    return ageMs > LIMITS.levelKeptMs ? null : known.published;
  }

  level(region: Region): Level {
    return this.published(region)?.level ?? 0;
  }

  /** Level 4, wherever it was decided: by an operator's pin, or because the region cannot be reached. */
  isFailedOver(region: Region): boolean {
    return this.level(region) === 4 || this.#known.get(region)?.reach.at === "unreachable";
  }

  /** Who stands in for `region`, when nobody knows for whom: itself unless it is failed over. */
  route(region: Region): Region {
    if (!this.isFailedOver(region)) return region;
    return routed(this.#globe.backupsOf(region), (one) => this.isFailedOver(one));
  }

  /**
   * Of the viewers who come its way, the share that a region takes now, 0 to 1: its weight, less what an
   * operator moves away, and less those who have not come back yet since it was away.
   */
  share(region: Region): number {
    const known = this.#known.get(region);
    if (known === undefined || this.isFailedOver(region)) return 0;
    const nowMs = this.#ports.clock.nowMs();
    const drain = this.published(region)?.drain;
    const kept = drain === undefined ? 1 : keptShare(drain, nowMs);
    return known.weight * kept * returnedShare(known.backMs, nowMs);
  }

  /** Where somebody is served who has `order` before them. @param key names them; null: nobody knows. */
  serving(order: RegionOrder, key: string | null): Region {
    return servedBy(order, (region) => this.share(region), key);
  }

  /** What applies to a request of `region` that is served by `serving`. */
  effects(region: Region, serving: Region = this.route(region)): Effects {
    const effects = effectsOf(this.level(serving));
    return this.isFailedOver(region) ? afterFailover(effects) : effects;
  }

  /**
   * Whether a write may be tried. While a region is read-only by its signals, one write of each isolate
   * is let through now and then: it is the sample that tells whether writes work again. A pin is meant.
   */
  admitsWrite(region: Region, serving: Region = this.route(region)): boolean {
    const known = this.#known.get(serving);
    if (!this.effects(region, serving).readOnly || known === undefined) return true;
    const nowMs = this.#ports.clock.nowMs();
    const isTime = nowMs - known.probedMs >= LIMITS.writeProbeEveryMs;
    if (!isTime || known.published?.pin !== null) return false;
    known.probedMs = nowMs;
    return true;
  }

  /** Whether the last exchange was long enough ago for another. */
  isDue(region: Region): boolean {
    const known = this.#known.get(region);
    const nowMs = this.#ports.clock.nowMs();
    if (known === undefined || known.exchanging.isUnderWay(nowMs)) return false;
    return nowMs - known.triedMs >= LIMITS.levelPollMs || nowMs < known.triedMs;
  }

  /** Never rejects. Counts that did not arrive are lost: they would be taken for those of later. */
  exchange(region: Region): Promise<void> {
    const known = this.#known.get(region);
    if (known === undefined) return Promise.resolve();
    return known.exchanging.run(this.#ports.clock.nowMs(), () => this.#exchange(region, known));
  }

  async #exchange(region: Region, known: Known): Promise<void> {
    const { clock, report } = this.#ports;
    known.triedMs = clock.nowMs();
    const wasAway = known.reach.at === "unreachable";
    const counts = known.sums.counts();
    known.sums = new RegionSums();
    try {
      known.published = await this.#ports.exchange(region, counts);
      known.answeredMs = clock.nowMs();
      known.reach = tried(known.reach, true, known.answeredMs);
      if (wasAway && known.reach.at === "reachable") known.backMs = known.answeredMs;
    } catch (error) {
      report("level_exchange_failed", region, error);
      known.reach = tried(known.reach, false, clock.nowMs());
    }
  }
}

const nothingKnown = (weight: number): Known => ({
  weight,
  sums: new RegionSums(),
  published: null,
  answeredMs: 0,
  triedMs: 0,
  probedMs: 0,
  reach: REACHABLE,
  backMs: null,
  exchanging: new OneAtATime(),
});
