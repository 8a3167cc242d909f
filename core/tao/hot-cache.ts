import { LIMITS } from "../limits.ts";
import { LruMap } from "../lru.ts";
import { hotKeyOf } from "./hot-keys.ts";
import type { ReadResponse } from "./service.ts";
import type { Read, ReadResult } from "./types.ts";
import { compareVersions, type Version } from "./version.ts";

/** An answer kept in this isolate. */
export interface HotAnswer {
  readonly result: ReadResult;
  /** For the reader's ticket: the answer is not newer. */
  readonly at: Version;
  /** The answer reflects the log at least up to here. */
  readonly since: Version;
  /** Unix ms; not to be used from here on. */
  readonly untilMs: number;
}

/**
 * Answers that a follower called hot, for a second at most, shared by an isolate's requests.
 * A follower marks only what stays within the TTL for that second too.
 */
export class HotCache {
  readonly #answers: LruMap<string, HotAnswer>;
  readonly counters = { hits: 0, kept: 0 };

  constructor(bytesMax: number = LIMITS.hotCacheBytesMax) {
    this.#answers = new LruMap(bytesMax);
  }

  /** @param atLeast the reader's ticket: an answer that may be older is none. */
  get(read: Read, atLeast: Version | null, nowMs: number): HotAnswer | undefined {
    if (this.#answers.size === 0) return undefined;
    const key = hotKeyOf(read);
    const answer = key === null ? undefined : this.#answers.get(key);
    if (key === null || answer === undefined) return undefined;
    if (nowMs >= answer.untilMs) {
      this.#answers.delete(key);
      return undefined;
    }
    if (compareVersions(answer.since, atLeast) < 0) return undefined;
    this.counters.hits++;
    return answer;
  }

  /** @param askedMs when the call that brought the response was made: its answers age from then. */
  keep(reads: readonly Read[], response: ReadResponse, askedMs: number): void {
    const { hot, since, at, results } = response;
    if (hot === undefined || since === undefined) return;
    for (const place of hot) {
      const [read, result] = [reads[place], results[place]];
      const key = read === undefined ? null : hotKeyOf(read);
      if (key === null || result === undefined) continue;
      const answer = { result, at, since, untilMs: askedMs + LIMITS.hotCacheMs };
      this.#answers.set(key, answer, bytesOf(result));
      this.counters.kept++;
    }
  }
}

/** Estimates: an entry with its key, and an edge beside its payload. */
const ENTRY_BYTES = 300;
const EDGE_BYTES = 120;

function bytesOf(result: ReadResult): number {
  if (result.op === "objGet") return ENTRY_BYTES + (result.object?.data.length ?? 0);
  if (result.op === "assocCount") return ENTRY_BYTES;
  return result.assocs.reduce((sum, edge) => sum + EDGE_BYTES + edge.data.length, ENTRY_BYTES);
}
