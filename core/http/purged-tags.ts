import { z } from "zod";

import { LIMITS } from "../limits.ts";
import { PUBLIC_KEEP_MS } from "./public-page.ts";

/** Longer than any page that a purge must hide is kept. */
const REMEMBER_MS = PUBLIC_KEEP_MS + LIMITS.purgeGraceMs;

const wireSchema = z.object({
  beforeMs: z.number(),
  tags: z.array(z.tuple([z.string(), z.number()])),
});

/**
 * Tags purged a short while ago. A cache without tags of its own asks it before it shows a
 * page: no page is kept for longer than a purge is remembered, so an index from tags to pages
 * is not needed, and none can be out of date.
 */
export class PurgedTags {
  readonly #atMs = new Map<string, number>();
  /** Everything read before this is purged: where single tags were too many. */
  #beforeMs = 0;

  add(tags: readonly string[], nowMs: number): void {
    this.#learn(
      tags.map((tag) => [tag, nowMs]),
      nowMs,
    );
  }

  /**
   * Whether a page was read before one of its tags was purged, or so soon after that a
   * follower may not have heard of the write yet.
   */
  covers(tags: readonly string[], readAtMs: number): boolean {
    const since = readAtMs - LIMITS.purgeGraceMs;
    return since < this.#beforeMs || tags.some((tag) => since < (this.#atMs.get(tag) ?? 0));
  }

  /** For the other isolates of a data centre. */
  toText(): string {
    return JSON.stringify({ beforeMs: this.#beforeMs, tags: [...this.#atMs] });
  }

  /** Learns what another isolate purged. @throws ZodError for text that is no `toText`. */
  merge(text: string, nowMs: number): void {
    const { beforeMs, tags } = wireSchema.parse(JSON.parse(text));
    this.#beforeMs = Math.max(this.#beforeMs, Math.min(beforeMs, nowMs));
    this.#learn(tags, nowMs);
  }

  #learn(purged: readonly (readonly [string, number])[], nowMs: number): void {
    for (const [tag, atMs] of purged) {
      this.#atMs.set(tag, Math.max(Math.min(atMs, nowMs), this.#atMs.get(tag) ?? 0));
    }
    for (const [tag, atMs] of this.#atMs) {
      if (nowMs - atMs > REMEMBER_MS) this.#atMs.delete(tag);
    }
    if (this.#atMs.size <= LIMITS.purgedTagsMax) return;
    this.#atMs.clear();
    this.#beforeMs = nowMs;
  }
}
