import { Bucket, type BucketBounds, type BucketRows } from "../../core/feed/cache/bucket.ts";
import { encodeEvents } from "../../core/feed/cache/event-wire.ts";
import type { BucketEvent, Pushed } from "../../core/feed/cache/port.ts";
import type { FeedCache } from "../../core/feed/cache/service.ts";
import type { Failure } from "../../core/errors.ts";
import type { Id } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** Rows of a bucket, in maps. */
export class MemoryRows implements BucketRows {
  readonly stored = new Map<Id, { readonly builtMs: number; readonly record: string }>();
  batches: { readonly atMs: number; readonly events: string }[] = [];

  entries = () => [...this.stored].map(([viewer, { builtMs }]) => [viewer, builtMs] as const);
  entry = (viewer: Id) => this.stored.get(viewer)?.record ?? null;
  putEntry = (viewer: Id, builtMs: number, record: string) =>
    void this.stored.set(viewer, { builtMs, record });
  dropEntry = (viewer: Id) => void this.stored.delete(viewer);
  events = (sinceMs: number, max: number) =>
    this.batches.filter(({ atMs }) => atMs >= sinceMs).slice(-max);
  addEvents = (atMs: number, events: string) => void this.batches.push({ atMs, events });

  missing: number | null = null;
  missingUpTo = () => this.missing;
  saveMissingUpTo = (ms: number | null) => void (this.missing = ms);

  trim(entriesUpToMs: number, eventsUpToMs: number): void {
    this.batches = this.batches.filter(({ atMs }) => atMs > eventsUpToMs);
    for (const [viewer, { builtMs }] of this.stored)
      if (builtMs <= entriesUpToMs) this.stored.delete(viewer);
  }
}

/** One bucket for everybody, as the embedded cache has many: everything crosses as text. */
export class MemoryFeedCache implements FeedCache {
  readonly rows = new MemoryRows();
  readonly #nowMs: () => number;
  readonly #bounds: BucketBounds | undefined;
  bucket: Bucket;
  isAway = false;
  asked = 0;

  constructor(nowMs: () => number, bounds?: BucketBounds) {
    this.#nowMs = nowMs;
    this.#bounds = bounds;
    this.bucket = new Bucket(this.rows, nowMs(), bounds);
  }

  page: FeedCache["page"] = async (_region, viewer, wish) =>
    this.#answer(() => this.bucket.page(viewer, wish, this.#nowMs()));
  newSince: FeedCache["newSince"] = async (_region, viewer, since, wrote) =>
    this.#answer(() => this.bucket.newSince(viewer, since, wrote, this.#nowMs()));
  scores: FeedCache["scores"] = async (_region, viewer, wrote) =>
    this.#answer(() => this.bucket.scores(viewer, wrote, this.#nowMs()));
  put: FeedCache["put"] = async (_region, _viewer, record) =>
    this.#answer(() => this.bucket.put(record, this.#nowMs()));
  own: FeedCache["own"] = async (_region, write) =>
    this.#answer(() => this.apply({ kind: "own", ...write }));

  apply = (...events: readonly BucketEvent[]): Pushed =>
    this.bucket.apply(encodeEvents(events), this.#nowMs());

  /** Loses its memory, as an idle object does. */
  evict(): void {
    this.bucket = new Bucket(this.rows, this.#nowMs(), this.#bounds);
  }

  #answer<T>(ask: () => T): Result<T, Failure> {
    this.asked++;
    if (this.isAway)
      return err({ code: "unavailable", dependency: "feed_cache", retryAfterMs: 200 });
    return ok(ask());
  }
}
