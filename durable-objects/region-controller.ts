import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Change, Published } from "../core/degradation/controller.ts";
import {
  parseRegionControllerName,
  type RegionControllerService,
  type RegionLevel,
} from "../core/degradation/controller-service.ts";
import { RegionWatch } from "../core/degradation/region-watch.ts";
import type { Failure } from "../core/errors.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import type { RegionCounts } from "../core/telemetry/region-counts.ts";
import { systemClock } from "../platform/clock.ts";
import { levelBroadcast } from "../platform/socket-stubs.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";
import { RegionControllerRows } from "./region-controller-rows.ts";

/**
 * The degradation controller of one region: isolates bring it what they counted and take its level
 * along. `core/degradation` decides. It sleeps while nobody counts anything and nothing is on.
 */
export class RegionController extends DurableObject<ObjectsEnv> implements RegionControllerService {
  readonly #watch: RegionWatch;
  readonly #region: Region;
  #alarmMs: number | null = null;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#region = parseRegionControllerName(ctx.id.name ?? "");
    this.#watch = new RegionWatch(this.#region, {
      clock,
      store: new RegionControllerRows(ctx.storage.sql).store,
      lookAt: (atMs) => this.#lookAt(atMs),
      changed: (published, change) => this.#changed(published, change),
    });
  }

  async exchange(counts: RegionCounts): Promise<Published> {
    return this.#watch.exchange(counts);
  }

  async read(): Promise<RegionLevel> {
    return this.#watch.read();
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

  override alarm(): void {
    this.#alarmMs = null;
    this.#watch.look();
  }

  /** One alarm is enough: the earliest. Each that is set is a row written. */
  #lookAt(atMs: number): void {
    if (this.#alarmMs !== null && this.#alarmMs <= atMs) return;
    this.#alarmMs = atMs;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs));
  }

  /** Isolates ask by themselves; who holds a socket is told. A bucket that cannot be told hears of it with the next change. */
  #changed(published: Published, change: Change): void {
    console.log({ event: "level_changed", region: this.#region, ...change });
    const { regions } = topologyFrom(this.env);
    const tell = levelBroadcast(this.env, regions);
    this.ctx.waitUntil(
      tell(this.#region, published).catch((error: unknown) =>
        console.warn({ event: "level_not_told", region: this.#region, error: String(error) }),
      ),
    );
  }
}
