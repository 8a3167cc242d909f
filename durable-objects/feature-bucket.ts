import { report } from "../platform/telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import { regionOfBucket } from "../core/feed/cache/names.ts";
import type { Region } from "../core/regions/regions.ts";
import { inSpanIf } from "../core/telemetry/span.ts";
import type { TraceContext } from "../core/telemetry/trace.ts";
import type { Clock } from "../core/clock.ts";
import type { Act, ClientEvents } from "../core/ranking/behaviour.ts";
import { FeatureBucket as Features } from "../core/ranking/feature-bucket.ts";
import { FEATURE_LIMITS } from "../core/ranking/feature-limits.ts";
import type { FeatureBucketService, FeatureStats } from "../core/ranking/feature-service.ts";
import { segmentOf } from "../core/ranking/log-segment.ts";
import type { Slate } from "../core/ranking/slate.ts";
import type { Tallies } from "../core/ranking/tallies.ts";
import { systemClock } from "../platform/clock.ts";
import { spans } from "../platform/spans.ts";
import type { ObjectsEnv } from "./env.ts";
import { SqlFeatureRows } from "./feature-rows.ts";
import { tuningFrom } from "./tuning.ts";

/**
 * What some viewers of one region were shown and did: counters for ranking, and the log that models are
 * trained on. `core/ranking/feature-bucket.ts` decides. Calls never await; only the alarm does, for
 * the log's store, and it drops nothing but what that has acknowledged.
 */
export class FeatureBucket extends DurableObject<ObjectsEnv> implements FeatureBucketService {
  readonly #clock: Clock;
  readonly #region: Region | null;
  readonly #features: Features;
  readonly #sweepMs: number;
  #isArmed = false;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#clock = clock;
    this.#region = regionOfBucket(ctx.id.name ?? "");
    const { rankSlateMs } = tuningFrom(env);
    this.#sweepMs = Math.min(FEATURE_LIMITS.featureSweepMs, rankSlateMs);
    this.#features = new Features(new SqlFeatureRows(ctx.storage.sql), rankSlateMs);
  }

  async facts(keys: readonly string[], trace?: TraceContext): Promise<Tallies> {
    return inSpanIf(
      spans,
      trace,
      () => ({ name: "feature-bucket facts", region: this.#region }),
      async () => this.#features.facts(keys),
      () => ({ outcome: "ok" }),
    );
  }

  async keep(slate: Slate): Promise<void> {
    this.#features.keep(slate, this.#clock.nowMs());
    this.#arm();
  }

  async tell(events: ClientEvents): Promise<void> {
    this.#features.tell(events);
    this.#arm();
  }

  async act(act: Act): Promise<void> {
    this.#features.act(act);
  }

  async stats(): Promise<FeatureStats> {
    return this.#features.stats();
  }

  override async alarm(): Promise<void> {
    this.#isArmed = false;
    try {
      await this.#log();
      this.#features.trim();
    } catch (error) {
      // Slates stay, and the next sweep logs them: one that throws would be tried again only six times.
      report(failed("rank_log_failed", error));
    }
    if (!this.#features.isEmpty) this.#arm();
  }

  /** A segment that was put and not yet dropped is put again under the same name. */
  async #log(): Promise<void> {
    const bucket = this.ctx.id.name ?? this.ctx.id.toString();
    for (let n = 0; n < FEATURE_LIMITS.featureSegmentsPerSweep; n++) {
      const segment = segmentOf(this.#features.ripe(this.#clock.nowMs()), bucket);
      if (segment === null) return;
      if (segment.text !== "") await this.env.RANK_LOG.put(segment.key, segment.text);
      this.#features.logged(segment.slates);
    }
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(this.#clock.nowMs() + this.#sweepMs));
  }
}
