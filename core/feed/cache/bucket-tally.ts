import type { BucketStats, MissReason } from "./service.ts";

/** Ages of entries that hits are counted by, ms. */
export const AGES_MS = [1_000, 10_000, 60_000, 180_000, 300_000] as const;

/** What a bucket counts. */
export class BucketTally {
  #reads = 0;
  #hits = 0;
  readonly #active = { asked: 0, hits: 0 };
  #puts = 0;
  #refused = 0;
  #events = 0;
  readonly #misses: Record<MissReason, number> = {
    cold: 0,
    expired: 0,
    void: 0,
    below: 0,
    unscored: 0,
  };
  readonly #ages: number[] = AGES_MS.map(() => 0);

  hit(ageMs: number): void {
    this.#reads++;
    this.#hits++;
    const age = AGES_MS.findIndex((upTo) => ageMs <= upTo);
    const place = age < 0 ? AGES_MS.length - 1 : age;
    this.#ages[place] = (this.#ages[place] ?? 0) + 1;
  }

  miss(why: MissReason): void {
    this.#reads++;
    this.#misses[why]++;
  }

  /** A page for a reader who had read their feed lately. */
  activePage(isHit: boolean): void {
    this.#active.asked++;
    if (isHit) this.#active.hits++;
  }

  put(isKept: boolean): void {
    if (isKept) this.#puts++;
    else this.#refused++;
  }

  applied(events: number): void {
    this.#events += events;
  }

  toStats = (held: Pick<BucketStats, "entries" | "stored" | "bytes">): BucketStats => ({
    reads: this.#reads,
    hits: this.#hits,
    misses: { ...this.#misses },
    active: { ...this.#active },
    puts: this.#puts,
    refused: this.#refused,
    events: this.#events,
    ages: [...this.#ages],
    ...held,
  });
}
