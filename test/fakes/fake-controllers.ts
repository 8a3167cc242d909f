import type { Clock } from "../../core/clock.ts";
import type { Change, Published } from "../../core/degradation/controller.ts";
import type { LevelList, NewDrain, NewPin } from "../../core/degradation/controller-service.ts";
import type { Acting } from "../../core/degradation/done.ts";
import { RegionWatch } from "../../core/degradation/region-watch.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { AlertList, NewAcknowledgement } from "../../core/slo/alert-service.ts";
import { QUIET } from "../../core/slo/alert-state.ts";
import { AlertWatch } from "../../core/slo/alert-watch.ts";
import { regionView } from "../../core/slo/region-view.ts";
import type { Asked, HistoryAsk } from "../../core/telemetry/history-series.ts";
import type { RegionCounts } from "../../core/telemetry/region-counts.ts";
import type { RegionAsked } from "../../core/telemetry/region-metrics.ts";
import type { Controllers } from "../../platform/controller-stubs.ts";
import { MemoryAlertRows } from "./memory-alert-rows.ts";
import { MemoryHistoryRows } from "./memory-history-rows.ts";

/** Fires from the start in `apac`, at revision 1, until it is looked at: something for operators to acknowledge. */
export const FIRING_ALERT = "region-unreachable";

/** Controllers of all regions in this process, over the clock of the test. */
export class FakeControllers implements Controllers {
  readonly exchanged: { readonly region: Region; readonly counts: RegionCounts }[] = [];
  /** Regions that nobody can reach. */
  readonly away = new Set<Region>();
  readonly #clock: Clock;
  readonly #watches = new Map<Region, RegionWatch>();
  readonly #alerts = new Map<Region, AlertWatch>();

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

  async totals(): Promise<readonly RegionAsked[]> {
    return [...new Set([...this.#watches.keys(), ...this.away])].map((region) => ({
      region,
      totals: this.away.has(region) ? null : this.of(region).totals(),
    }));
  }

  async pin(region: Region, pin: NewPin & Acting) {
    return this.of(region).pin(pin);
  }

  async history(asked: readonly Region[], ask: HistoryAsk): Promise<readonly Asked[]> {
    return asked.map((region) =>
      this.away.has(region)
        ? { region, why: "unavailable" }
        : { region, steps: this.of(region).history(ask) },
    );
  }

  async alerts(): Promise<AlertList> {
    return {
      regions: [...this.#watches.keys()].map((region) => this.alertsOf(region).read()),
      away: [...this.away].map((region) => ({ region, why: "unavailable" })),
    };
  }

  async acknowledge(
    region: Region,
    alert: string,
    request: NewAcknowledgement & { readonly by: string },
  ) {
    return this.alertsOf(region).acknowledge(alert, request);
  }

  /** Looks when it is told to. */
  alertsOf(region: Region): AlertWatch {
    const known = this.#alerts.get(region);
    if (known !== undefined) return known;
    const watch = this.of(region);
    const alerts = new AlertWatch(region, {
      clock: this.#clock,
      rows: rowsOf(region, this.#clock.nowMs()),
      view: (nowMs) => regionView((fromMs) => watch.sumsSince(fromMs), watch.published, nowMs),
      webhook: { at: "off" },
      wakeAt: () => {},
      report: () => {},
    });
    this.#alerts.set(region, alerts);
    return alerts;
  }

  async drain(region: Region, drain: NewDrain & Acting) {
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
      history: new MemoryHistoryRows(),
      minuteClosed: () => {},
      lookAt: () => {},
      changed: () => {},
    });
    this.#watches.set(region, watch);
    return watch;
  }
}

function rowsOf(region: Region, nowMs: number): MemoryAlertRows["rows"] {
  const { rows } = new MemoryAlertRows();
  if (region !== "apac") return rows;
  const on = { at: "on", sinceMs: nowMs, trips: 1, goodSinceMs: null, calmSinceMs: null } as const;
  const why = "30 requests of another region were served here within 5m";
  const firing = { ...QUIET, condition: on, revision: 1, firedMs: nowMs, toldMs: nowMs, why };
  rows.save({ [FIRING_ALERT]: firing });
  return rows;
}
