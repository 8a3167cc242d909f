import { report } from "../platform/telemetry.ts";
import { failed, levelChanged } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Change, Published } from "../core/degradation/controller.ts";
import {
  parseRegionControllerName,
  type RegionControllerService,
  type RegionLevel,
  type RegionTotals,
} from "../core/degradation/controller-service.ts";
import { RegionWatch } from "../core/degradation/region-watch.ts";
import type { Failure } from "../core/errors.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import type { RegionAlert, RegionAlerts } from "../core/slo/alert-service.ts";
import type { AlertWatch } from "../core/slo/alert-watch.ts";
import { regionView } from "../core/slo/region-view.ts";
import type { HistoryAsk, HistoryStep } from "../core/telemetry/history-series.ts";
import type { RegionCounts } from "../core/telemetry/region-counts.ts";
import { systemClock } from "../platform/clock.ts";
import { levelBroadcast } from "../platform/socket-stubs.ts";
import { topologyFrom } from "../platform/topology.ts";
import { alertWatch } from "./alert-watch.ts";
import type { ObjectsEnv } from "./env.ts";
import { RegionControllerRows } from "./region-controller-rows.ts";
import { RegionHistoryRows } from "./region-history-rows.ts";

/**
 * The degradation controller of one region: isolates bring it what they counted and take its level
 * along. `core/degradation` decides. It sleeps while nobody counts anything and nothing is on.
 */
export class RegionController extends DurableObject<ObjectsEnv> implements RegionControllerService {
  readonly #watch: RegionWatch;
  readonly #alerts: AlertWatch;
  readonly #region: Region;
  #alarmMs: number | null = null;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#region = parseRegionControllerName(ctx.id.name ?? "");
    this.#watch = new RegionWatch(this.#region, {
      clock,
      store: new RegionControllerRows(ctx.storage.sql).store,
      history: new RegionHistoryRows(ctx.storage.sql),
      minuteClosed: () => this.#alerts.look(),
      lookAt: (atMs) => this.#lookAt(atMs),
      changed: (published, change) => this.#changed(published, change),
    });
    this.#alerts = alertWatch(this.#region, ctx.storage.sql, env, {
      clock,
      view: (nowMs) =>
        regionView((fromMs) => this.#watch.sumsSince(fromMs), this.#watch.published, nowMs),
      wakeAt: (atMs) => this.#lookAt(atMs),
    });
  }

  async exchange(counts: RegionCounts): Promise<Published> {
    return this.#watch.exchange(counts);
  }

  async read(): Promise<RegionLevel> {
    return this.#watch.read();
  }

  async history(ask: HistoryAsk): Promise<readonly HistoryStep[]> {
    return this.#watch.history(ask);
  }

  async totals(): Promise<RegionTotals> {
    return this.#watch.totals();
  }

  async pin(
    request: Parameters<RegionControllerService["pin"]>[0],
  ): Promise<Result<Published, Failure>> {
    return this.#watch.pin(request);
  }

  async drain(
    request: Parameters<RegionControllerService["drain"]>[0],
  ): Promise<Result<Published, Failure>> {
    return this.#watch.drain(request);
  }

  async alerts(): Promise<RegionAlerts> {
    return this.#alerts.read();
  }

  async acknowledge(
    alert: string,
    request: Parameters<RegionControllerService["acknowledge"]>[1],
  ): Promise<Result<RegionAlert, Failure>> {
    return this.#alerts.acknowledge(alert, request);
  }

  override async alarm(): Promise<void> {
    this.#alarmMs = null;
    this.#watch.look();
    await this.#alerts.wake();
  }

  /** One alarm is enough: the earliest. Each that is set is a row written. */
  #lookAt(atMs: number): void {
    if (this.#alarmMs !== null && this.#alarmMs <= atMs) return;
    this.#alarmMs = atMs;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs));
  }

  /** Isolates ask by themselves; who holds a socket is told. A bucket that cannot be told hears of it with the next change. */
  #changed(published: Published, change: Change): void {
    report(levelChanged(this.#region, change));
    const { regions } = topologyFrom(this.env);
    const tell = levelBroadcast(this.env, regions);
    this.ctx.waitUntil(
      tell(this.#region, published).catch((error: unknown) =>
        report(failed("level_not_told", error, { region: this.#region })),
      ),
    );
  }
}
