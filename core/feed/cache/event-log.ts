import { LIMITS } from "../../limits.ts";

export interface StoredEvents {
  readonly atMs: number;
  /** Text of `encodeEvents`. */
  readonly events: string;
}

/** Where a bucket's events outlive its memory. Its calls are one step. */
export interface EventRows {
  /** The newest `max` of them, oldest first. */
  events(sinceMs: number, max: number): Iterable<StoredEvents>;
  addEvents(atMs: number, events: string): void;
  /** Unix ms: events that came up to then may be missing; null: none are. */
  missingUpTo(): number | null;
  saveMissingUpTo(ms: number | null): void;
}

/**
 * The events of a bucket, stored before they are acknowledged. While nobody reads there, they are in memory
 * alone, and what is stored is only up to when some may be missing: a row for many calls instead of one for
 * each. Should memory be lost then, nothing is kept that would need them.
 */
export class EventLog {
  readonly #rows: EventRows;
  /** In memory alone, oldest first. */
  #unstored: StoredEvents[] = [];
  #unstoredChars = 0;
  /** As the rows say. */
  #missingUpToMs: number;
  /** What an earlier life lost came up to then. */
  readonly #lostUpToMs: number;
  #readMs = -Infinity;

  readonly #keptMs: number;

  constructor(rows: EventRows, nowMs: number, keptMs: number = LIMITS.feedEventsKeptMs) {
    this.#rows = rows;
    this.#keptMs = keptMs;
    this.#missingUpToMs = rows.missingUpTo() ?? -Infinity;
    // The earlier life may have had another clock.
    this.#lostUpToMs = Math.min(this.#missingUpToMs + LIMITS.feedClockSkewMs, nowMs);
  }

  /** What is remembered, and since when that is whole, Unix ms. */
  remembered(nowMs: number): {
    readonly events: readonly StoredEvents[];
    readonly sinceMs: number;
  } {
    const oldestMs = nowMs - this.#keptMs;
    const events = [...this.#rows.events(oldestMs, LIMITS.feedEventRowsMax)];
    const [oldest] = events;
    const isAll = oldest === undefined || events.length < LIMITS.feedEventRowsMax;
    const wholeMs = isAll ? oldestMs : oldest.atMs + 1;
    return { events, sinceMs: Math.max(wholeMs, this.#lostUpToMs + 1) };
  }

  /** Somebody reads here: an entry may follow. */
  read(nowMs: number): void {
    this.#readMs = nowMs;
    this.store();
  }

  /** @param hasEntries which would be void if they lacked these events. */
  add(batch: StoredEvents, hasEntries: boolean): void {
    const { atMs, events } = batch;
    if (hasEntries || atMs - this.#readMs < LIMITS.feedCacheTtlMs) {
      this.store();
      this.#rows.addEvents(atMs, events);
      return;
    }
    this.#unstored.push(batch);
    this.#unstoredChars += events.length;
    if (this.#unstoredChars > LIMITS.feedUnstoredCharsMax) return this.store();
    if (this.#missingUpToMs < atMs) this.#saveMissing(atMs + LIMITS.feedUnstoredMs);
  }

  /** In how many ms `rest` is to be called; null: not at all. */
  restInMs(nowMs: number): number | null {
    const last = this.#unstored.at(-1);
    return last === undefined ? null : Math.max(0, last.atMs + LIMITS.feedRestMs - nowMs);
  }

  /** After a while without events memory may be lost: they are stored then. */
  rest(nowMs: number): void {
    if (this.restInMs(nowMs) === 0) this.store();
  }

  /** From here on only what an earlier life lost is missing. */
  store(): void {
    if (this.#unstored.length === 0) return;
    for (const { atMs, events } of this.#unstored) this.#rows.addEvents(atMs, events);
    this.#unstored = [];
    this.#unstoredChars = 0;
    this.#saveMissing(this.#lostUpToMs);
  }

  /** Forgets what came up to then. */
  trim(upToMs: number): void {
    this.#unstored = this.#unstored.filter(({ atMs }) => atMs > upToMs);
    this.#unstoredChars = this.#unstored.reduce((sum, { events }) => sum + events.length, 0);
  }

  #saveMissing(upToMs: number): void {
    this.#rows.saveMissingUpTo(upToMs === -Infinity ? null : upToMs);
    this.#missingUpToMs = upToMs;
  }
}
