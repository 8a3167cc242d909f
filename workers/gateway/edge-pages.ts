import { report } from "../../platform/telemetry.ts";
import { failed } from "../../core/telemetry/events.ts";
import type { Clock } from "../../core/clock.ts";
import type { Failure } from "../../core/errors.ts";
import { PUBLIC_KEEP_MS, type PublicPage, stateOf } from "../../core/http/public-page.ts";
import { PurgedTags } from "../../core/http/purged-tags.ts";
import { LIMITS } from "../../core/limits.ts";
import { ok, type Result } from "../../core/result.ts";
import { decodePage, type EdgeCache, encodePage } from "../../platform/edge-cache.ts";

/** Counters of this isolate since it started. */
export interface EdgeStats {
  readonly hits: number;
  /** Shown although a newer one was being made. */
  readonly stale: number;
  readonly misses: number;
  /** Found, but purged since: part of `misses`. */
  readonly purged: number;
  readonly stored: number;
  /** Calls of the cache that failed: reads count as misses. */
  readonly errors: number;
  /** Characters of the pages shown and stored. */
  readonly bytesServed: number;
  readonly bytesStored: number;
  /** Sum over hits and stale ones, ms: divided by their number, the mean age. */
  readonly ageMsSum: number;
}

export interface FoundPage {
  readonly page: PublicPage;
  readonly state: "fresh" | "stale";
}

/** Not a name that an operation has: `/v1` is theirs. */
const PURGES_PATH = "/edge/purged-tags";

/**
 * Public pages in the shared cache of this data centre. It fails open: without the cache
 * every visitor's request reaches the feed Worker, which is slower and just as right.
 */
export class EdgePages {
  readonly #cache: EdgeCache;
  readonly #clock: Clock;
  readonly #purged = new PurgedTags();
  /** Pages of which a new one is being made, since when, Unix ms. */
  readonly #refreshes = new Map<string, number>();
  #purgesReadMs = 0;
  readonly #counts = {
    hits: 0,
    stale: 0,
    misses: 0,
    purged: 0,
    stored: 0,
    errors: 0,
    bytesServed: 0,
    bytesStored: 0,
    ageMsSum: 0,
  };

  constructor(cache: EdgeCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  stats(): EdgeStats {
    return { ...this.#counts };
  }

  /** @returns null for a miss: nothing there, too old, or purged since it was read. */
  async find(key: string): Promise<FoundPage | null> {
    const page = await this.#read(key);
    const nowMs = this.#clock.nowMs();
    const state = page === null ? "gone" : stateOf(page, nowMs);
    if (page === null || state === "gone" || (await this.#isPurged(key, page))) {
      this.#counts.misses++;
      return null;
    }
    this.#counts[state === "fresh" ? "hits" : "stale"]++;
    this.#counts.bytesServed += page.text.length;
    this.#counts.ageMsSum += nowMs - page.readAtMs;
    return { page, state };
  }

  /** A page that a purge overtook is kept too: `find` knows, and it costs nobody an answer. */
  async keep(key: string, page: PublicPage): Promise<void> {
    // What cannot be purged as a whole must not stay.
    if (page.tags.length > LIMITS.pageTagsMax) return;
    await this.#safely(() => this.#cache.put(key, encodePage(page), page.tags, PUBLIC_KEEP_MS));
    this.#counts.stored++;
    this.#counts.bytesStored += page.text.length;
  }

  async drop(key: string): Promise<void> {
    await this.#safely(() => this.#cache.delete(key));
  }

  /**
   * Whether the caller shall make a new page now: one request of this isolate does, the
   * others show what there is. Call `refreshed` when it has ended, however it did.
   */
  startRefresh(key: string): boolean {
    const nowMs = this.#clock.nowMs();
    const sinceMs = this.#refreshes.get(key);
    if (sinceMs !== undefined && nowMs - sinceMs < LIMITS.pageRefreshMs) return false;
    for (const [other, atMs] of this.#refreshes) {
      if (nowMs - atMs >= LIMITS.pageRefreshMs) this.#refreshes.delete(other);
    }
    if (this.#refreshes.size >= LIMITS.pageRefreshesMax) return false;
    this.#refreshes.set(key, nowMs);
    return true;
  }

  refreshed(key: string): void {
    this.#refreshes.delete(key);
  }

  /**
   * Hides what shows `tags`: in this isolate at once, in the others of this data centre, at
   * this origin, within `purgedTagsRefreshMs`. Two isolates that purge in the same moment may
   * lose one list to the other; a zone's purge or the page's age is what counts then.
   */
  async purge(origin: string, tags: readonly string[]): Promise<Result<number, Failure>> {
    this.#purged.add(tags, this.#clock.nowMs());
    await this.#learnPurges(origin);
    const key = `${origin}${PURGES_PATH}`;
    await this.#safely(() => this.#cache.put(key, this.#purged.toText(), [], PUBLIC_KEEP_MS));
    return ok(tags.length);
  }

  async #isPurged(key: string, page: PublicPage): Promise<boolean> {
    if (this.#clock.nowMs() - this.#purgesReadMs >= LIMITS.purgedTagsRefreshMs) {
      await this.#learnPurges(new URL(key).origin);
    }
    const purged = this.#purged.covers(page.tags, page.readAtMs);
    if (purged) this.#counts.purged++;
    return purged;
  }

  async #learnPurges(origin: string): Promise<void> {
    this.#purgesReadMs = this.#clock.nowMs();
    await this.#safely(async () => {
      const text = await this.#cache.get(`${origin}${PURGES_PATH}`);
      if (text !== null) this.#purged.merge(text, this.#clock.nowMs());
    });
  }

  async #read(key: string): Promise<PublicPage | null> {
    let page: PublicPage | null = null;
    await this.#safely(async () => {
      const stored = await this.#cache.get(key);
      page = stored === null ? null : decodePage(stored);
    });
    return page;
  }

  async #safely(call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      // Once: a cache that is away would say so with every request. The counter says how often.
      if (this.#counts.errors++ === 0) {
        report(failed("edge_cache_failed", error));
      }
    }
  }
}
