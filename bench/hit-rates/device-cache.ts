import type { TallyDelta } from "../../core/telemetry/cache-tally.ts";

/** What an answer is, as far as keeping it goes. */
export type Kind = "feed" | "profile" | "settings" | "page";
export const KINDS: readonly Kind[] = ["feed", "profile", "settings", "page"];

/** Specification: five minutes; pages are kept to be shown at once, and always read again. */
const FRESH_MS: Record<Kind, number> = {
  feed: 300_000,
  profile: 300_000,
  settings: 300_000,
  page: 0,
};

export interface KindCounts {
  hits: number;
  stale: number;
  misses: number;
}
interface Kept {
  readonly atMs: number;
  /** Of the feed alone: its page; the bench has no use for the others. */
  readonly value: unknown;
  readonly bytes: number;
  readonly expired: boolean;
}
interface Found {
  readonly value: unknown;
  readonly state: "hit" | "stale";
}

/**
 * The rules of the web client's own cache (L1) without its storage: fresh for five minutes, then shown at
 * once and read again; only the feed stays fresh when the app is started anew.
 */
export class DeviceCache {
  readonly counts: Record<Kind, KindCounts>;
  readonly #kept = new Map<string, Kept>();
  readonly #nowMs: () => number;
  #startedMs = 0;
  #bytes = 0;
  #ageMsSum = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    const none = () => ({ hits: 0, stale: 0, misses: 0 });
    this.counts = { feed: none(), profile: none(), settings: none(), page: none() };
  }

  /** The app is opened. */
  start(): void {
    this.#startedMs = this.#nowMs();
  }

  /** From a visit before all that is modelled. */
  seed(key: string, atMs: number): void {
    this.#kept.set(key, { atMs, value: null, bytes: 0, expired: false });
  }

  /** Counts a read that looks here first. @returns null for a miss. */
  look(key: string, kind: Kind): Found | null {
    const kept = this.#kept.get(key);
    if (kept === undefined) {
      this.missed(kind);
      return null;
    }
    const ageMs = this.#nowMs() - kept.atMs;
    const ofThisRun = kind === "feed" || kept.atMs >= this.#startedMs;
    const state = !kept.expired && ofThisRun && ageMs < FRESH_MS[kind] ? "hit" : "stale";
    this.counts[kind][state === "hit" ? "hits" : "stale"]++;
    this.#bytes += kept.bytes;
    this.#ageMsSum += ageMs;
    return { value: kept.value, state };
  }

  /** Counts a read that goes to the network whatever is here: a list's later pages, and the newest posts. */
  missed(kind: Kind): void {
    this.counts[kind].misses++;
  }

  keep(key: string, value: unknown, kind: Kind): void {
    const bytes = JSON.stringify(value)?.length ?? 0;
    const kept = kind === "feed" ? value : null;
    this.#kept.set(key, { atMs: this.#nowMs(), value: kept, bytes, expired: false });
  }

  /** After a write: answers under these paths are shown, and read again. */
  expire(...prefixes: readonly string[]): void {
    for (const [key, kept] of this.#kept)
      if (prefixes.some((prefix) => key.startsWith(prefix)))
        this.#kept.set(key, { ...kept, expired: true });
  }

  /** As `ClientOptions.cacheReport` sends it. */
  totals(): TallyDelta {
    const all = Object.values(this.counts);
    const sum = (name: keyof KindCounts) => all.reduce((total, counts) => total + counts[name], 0);
    return {
      hits: sum("hits"),
      stale: sum("stale"),
      misses: sum("misses"),
      bytes: this.#bytes,
      ageMsSum: Math.round(this.#ageMsSum),
    };
  }
}
