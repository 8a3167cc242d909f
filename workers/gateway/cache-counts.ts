import type { Clock } from "../../core/clock.ts";
import { LIMITS } from "../../core/limits.ts";
import { LruMap } from "../../core/lru.ts";
import type { Region } from "../../core/regions/regions.ts";
import {
  addDelta,
  type CacheTallyService,
  deltaBetween,
  isNothing,
  NO_DELTA,
  type TalliedLayer,
  type TallyDelta,
  type TallyDeltas,
} from "../../core/telemetry/cache-tally.ts";
import { parseCacheReport } from "../../core/telemetry/client-report.ts";
import type { EdgeFiles } from "./edge-files.ts";
import type { EdgePages } from "./edge-pages.ts";

export interface CacheCountsDeps {
  readonly pages: Pick<EdgePages, "stats">;
  readonly files: Pick<EdgeFiles, "stats">;
  /** Calls may reject. */
  readonly tally: (region: Region) => Pick<CacheTallyService, "add">;
  readonly clock: Clock;
}
type Pending = Partial<Record<TalliedLayer, TallyDelta>>;

/** Roughly what an entry of a map takes beside its text. */
const ENTRY_BYTES = 64;

/**
 * What this isolate and its clients counted of the outer caches, on its way to the tally of each
 * region. A few numbers: nothing is done with a request but adding. An isolate that ends takes what
 * it has not passed on with it; a flush whose answer was lost may count twice.
 */
export class CacheCounts {
  readonly #deps: CacheCountsDeps;
  readonly #pending = new Map<Region, Pending>();
  readonly #reporters = new LruMap<string, number>(LIMITS.cacheReportersBytesMax);
  /** Counters of this isolate's own caches, as far as they are in `#pending`. */
  #settled: { pages: TallyDelta; files: TallyDelta } = { pages: NO_DELTA, files: NO_DELTA };
  #region: Region | null = null;
  #flushedMs = 0;
  #flushing: Promise<void> | null = null;

  constructor(deps: CacheCountsDeps) {
    this.#deps = deps;
  }

  /** A data centre is in one region, but the requests that it gets may be of several. */
  enter(region: Region): void {
    if (region === this.#region) return;
    this.#settle();
    this.#region = region;
  }

  /** What a client says of its own cache. Of one caller a report counts every few seconds at most. */
  client(region: Region, caller: string, report: string): void {
    const delta = parseCacheReport(report);
    if (delta === null) return;
    const nowMs = this.#deps.clock.nowMs();
    const lastMs = this.#reporters.get(caller);
    if (lastMs !== undefined && nowMs - lastMs < LIMITS.cacheReportEveryMs) return;
    this.#reporters.set(caller, nowMs, ENTRY_BYTES + 2 * caller.length);
    this.#add(region, "client", delta);
  }

  /** Whether there is something to pass on, and it is time. */
  isDue(): boolean {
    const sinceMs = this.#deps.clock.nowMs() - this.#flushedMs;
    if (this.#flushing !== null || sinceMs < LIMITS.cacheFlushMs) return false;
    this.#settle();
    return this.#pending.size > 0;
  }

  /** Passes on what there is. Never rejects: what did not arrive goes with the next one. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    this.#flushedMs = this.#deps.clock.nowMs();
    this.#settle();
    const taken = [...this.#pending];
    this.#pending.clear();
    await Promise.all(taken.map(([region, deltas]) => this.#send(region, deltas)));
  }

  async #send(region: Region, deltas: TallyDeltas): Promise<void> {
    try {
      await this.#deps.tally(region).add(deltas);
    } catch (error) {
      console.warn({ event: "cache_tally_failed", region, error: String(error) });
      for (const [layer, delta] of Object.entries(deltas))
        this.#add(region, layer as TalliedLayer, delta);
    }
  }

  /** What this isolate's caches have counted since the last time goes to the region of these requests. */
  #settle(): void {
    if (this.#region === null) return;
    const now = { pages: pageCounts(this.#deps.pages), files: fileCounts(this.#deps.files) };
    this.#add(this.#region, "edge_pages", deltaBetween(this.#settled.pages, now.pages));
    this.#add(this.#region, "edge_media", deltaBetween(this.#settled.files, now.files));
    this.#settled = now;
  }

  #add(region: Region, layer: TalliedLayer, delta: TallyDelta): void {
    if (isNothing(delta)) return;
    const pending = this.#pending.get(region) ?? {};
    pending[layer] = addDelta(pending[layer] ?? NO_DELTA, delta);
    this.#pending.set(region, pending);
  }
}

function pageCounts(pages: CacheCountsDeps["pages"]): TallyDelta {
  const { hits, stale, misses, bytesServed, ageMsSum } = pages.stats();
  return { hits, stale, misses, bytes: bytesServed, ageMsSum };
}

/** Whoever has the image already is answered without the store, as a hit is. */
function fileCounts(files: CacheCountsDeps["files"]): TallyDelta {
  const { hits, notModified, misses, passed, bytesServed } = files.stats();
  const counted = { hits: hits + notModified, misses: misses + passed };
  return { ...counted, stale: 0, bytes: bytesServed, ageMsSum: 0 };
}
