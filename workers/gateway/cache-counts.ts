import { LIMITS } from "../../core/limits.ts";
import { LruMap } from "../../core/lru.ts";
import type { Region } from "../../core/regions/regions.ts";
import { deltaBetween, NO_DELTA, type TallyDelta } from "../../core/telemetry/cache-tally.ts";
import { parseCacheReport } from "../../core/telemetry/client-report.ts";
import { TallyOutbox, type TallyOutboxPorts } from "../../core/telemetry/tally-outbox.ts";
import type { EdgeFiles } from "./edge-files.ts";
import type { EdgePages } from "./edge-pages.ts";

export interface CacheCountsDeps extends TallyOutboxPorts {
  readonly pages: Pick<EdgePages, "stats">;
  readonly files: Pick<EdgeFiles, "stats">;
}

/** Roughly what an entry of a map takes beside its text. */
const ENTRY_BYTES = 64;

/** What this isolate and its clients counted of the outer caches: nothing is done with a request but adding. */
export class CacheCounts {
  readonly #deps: CacheCountsDeps;
  readonly #outbox: TallyOutbox;
  readonly #reporters = new LruMap<string, number>(LIMITS.cacheReportersBytesMax);
  /** Counters of this isolate's own caches, as far as they are in the outbox. */
  #settled: { pages: TallyDelta; files: TallyDelta } = { pages: NO_DELTA, files: NO_DELTA };
  #region: Region | null = null;

  constructor(deps: CacheCountsDeps) {
    this.#deps = deps;
    this.#outbox = new TallyOutbox(deps);
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
    this.#outbox.add(region, "client", delta);
  }

  /** Whether there is something to pass on, and it is time. */
  isDue(): boolean {
    if (!this.#outbox.isTime) return false;
    this.#settle();
    return !this.#outbox.isEmpty;
  }

  flush(): Promise<void> {
    this.#settle();
    return this.#outbox.flush();
  }

  /** What this isolate's caches have counted since the last time goes to the region of these requests. */
  #settle(): void {
    if (this.#region === null) return;
    const now = { pages: pageCounts(this.#deps.pages), files: fileCounts(this.#deps.files) };
    const { pages, files } = this.#settled;
    this.#outbox.add(this.#region, "edge_pages", deltaBetween(pages, now.pages));
    this.#outbox.add(this.#region, "edge_media", deltaBetween(files, now.files));
    this.#settled = now;
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
