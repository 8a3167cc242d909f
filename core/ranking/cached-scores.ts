import { LIMITS } from "../limits.ts";
import { LruMap } from "../lru.ts";
import { HEAD_COUNT } from "./heads.ts";

interface KeptPost {
  /** Unix ms. */
  readonly atMs: number;
  readonly probabilities: Float32Array;
}

/** Scores of one viewer's posts by one version of the model. */
interface Kept {
  readonly model: string;
  readonly posts: Map<string, KeptPost>;
}

export interface CachedRows {
  /** Version of the model that gave them. */
  readonly model: string;
  /** By row; absent where nothing is known. */
  readonly rows: ReadonlyMap<number, Float32Array>;
}

/** One post's entry, with its key: measured in V8. */
const POST_BYTES = 375;
const VIEWER_BYTES = 200;

/**
 * Probabilities that a ranker gave, by viewer, post and model version, in one isolate's memory. Scores of a
 * row do not depend on its neighbours, so they stand for the row alone. Of a viewer, the newest version's
 * are kept.
 */
export class CachedScores {
  readonly #viewers = new LruMap<string, Kept>(LIMITS.cachedScoresBytesMax);

  get viewers(): number {
    return this.#viewers.size;
  }

  /** @param probabilities posts x `HEAD_COUNT`, row-major. */
  keep(
    viewerId: string,
    model: string,
    posts: readonly string[],
    probabilities: Float32Array,
    nowMs: number,
  ): void {
    const known = this.#viewers.get(viewerId);
    const entries = known?.model === model ? known.posts : new Map<string, KeptPost>();
    for (const [post, { atMs }] of entries) if (isOld(atMs, nowMs)) entries.delete(post);
    for (const [row, post] of posts.entries()) {
      // The newest are at the end of the map.
      entries.delete(post);
      const scores = probabilities.slice(row * HEAD_COUNT, (row + 1) * HEAD_COUNT);
      entries.set(post, { atMs: nowMs, probabilities: scores });
    }
    for (const post of entries.keys()) {
      if (entries.size <= LIMITS.cachedPostsMax) break;
      entries.delete(post);
    }
    const bytes = VIEWER_BYTES + entries.size * POST_BYTES;
    this.#viewers.set(viewerId, { model, posts: entries }, bytes);
  }

  /** Null: nothing of the viewer that is fresh enough. */
  find(viewerId: string, posts: readonly string[], nowMs: number): CachedRows | null {
    const kept = this.#viewers.get(viewerId);
    if (kept === undefined) return null;
    const rows = new Map<number, Float32Array>();
    for (const [row, post] of posts.entries()) {
      const entry = kept.posts.get(post);
      if (entry !== undefined && !isOld(entry.atMs, nowMs)) rows.set(row, entry.probabilities);
    }
    return rows.size === 0 ? null : { model: kept.model, rows };
  }
}

const isOld = (atMs: number, nowMs: number): boolean => nowMs - atMs >= LIMITS.cachedScoresMs;
