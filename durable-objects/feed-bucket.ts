import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Failure } from "../core/errors.ts";
import { Bucket } from "../core/feed/cache/bucket.ts";
import { regionOfBucket } from "../core/feed/cache/names.ts";
import type { Pushed } from "../core/feed/cache/port.ts";
import type {
  BucketStats,
  CachedPage,
  FeedBucketService,
  Kept,
  KeptScores,
  Miss,
  NewPosts,
  PageWish,
  Wrote,
} from "../core/feed/cache/service.ts";
import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import { ok, type Result } from "../core/result.ts";
import { inSpanIf, type SpanEnding } from "../core/telemetry/span.ts";
import type { ListCursor } from "../core/tao/types.ts";
import { systemClock } from "../platform/clock.ts";
import { spans } from "../platform/spans.ts";
import type { ObjectsEnv } from "./env.ts";
import { FeedBucketRows } from "./feed-bucket-rows.ts";

/**
 * One bucket of a region's feed cache: memory first, with its entries and events in SQLite for as long
 * as they count. `core/feed/cache/bucket.ts` decides. Nothing here awaits, so nothing interleaves.
 */
export class FeedBucket extends DurableObject<ObjectsEnv> implements FeedBucketService {
  readonly #clock: Clock;
  readonly #region: Region | null;
  readonly #bucket: Bucket;
  #isArmed = false;
  #isResting = false;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#clock = clock;
    this.#region = regionOfBucket(ctx.id.name ?? "");
    this.#bucket = new Bucket(new FeedBucketRows(ctx.storage.sql), clock.nowMs());
  }

  async page(viewer: Id, wish: PageWish): Promise<Result<CachedPage | Miss, Failure>> {
    return inSpanIf(
      spans,
      wish.trace,
      () => ({ name: "feed-bucket page", region: this.#region }),
      async () => ok(this.#bucket.page(viewer, wish, this.#clock.nowMs())),
      endingOf,
    );
  }

  async newSince(
    viewer: Id,
    since: ListCursor,
    wrote: Wrote,
  ): Promise<Result<NewPosts | Miss, Failure>> {
    return ok(this.#bucket.newSince(viewer, since, wrote, this.#clock.nowMs()));
  }

  async scores(viewer: Id, wrote: Wrote): Promise<Result<KeptScores | Miss, Failure>> {
    return ok(this.#bucket.scores(viewer, wrote, this.#clock.nowMs()));
  }

  async put(record: string): Promise<Result<Kept, Failure>> {
    this.#arm();
    return ok(this.#bucket.put(record, this.#clock.nowMs()));
  }

  async apply(events: string): Promise<Result<Pushed, Failure>> {
    this.#arm();
    const pushed = this.#bucket.apply(events, this.#clock.nowMs());
    this.#restLater();
    return ok(pushed);
  }

  async stats(): Promise<BucketStats> {
    return this.#bucket.stats();
  }

  async flush(): Promise<void> {
    this.#bucket.flush();
  }

  override async alarm(): Promise<void> {
    this.#isArmed = false;
    if (this.#bucket.sweep(this.#clock.nowMs())) this.#arm();
  }

  /** One timer at a time, which keeps the object awake until it rings. */
  #restLater(): void {
    const inMs = this.#isResting ? null : this.#bucket.restInMs(this.#clock.nowMs());
    if (inMs === null) return;
    this.#isResting = true;
    setTimeout(() => {
      this.#isResting = false;
      this.#bucket.rest(this.#clock.nowMs());
      this.#restLater();
    }, inMs);
  }

  /** One alarm for all that was written until it rings. Set anew after each wake-up: the one set before may have rung. */
  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(this.#clock.nowMs() + LIMITS.feedSweepMs));
  }
}

const endingOf = (answer: Result<CachedPage | Miss, Failure>): SpanEnding => {
  if (!answer.ok) return { outcome: answer.error.code };
  return answer.value.hit ? { outcome: "hit" } : { outcome: "miss", detail: answer.value.why };
};
