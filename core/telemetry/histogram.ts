/**
 * Durations in buckets whose width grows with what they hold: eight per doubling, so that a bound is at
 * most an eighth above what it stands for. Bounds are 100 ms times a power of two times (1 + i/8): 100 ms
 * is one of them, and so is 75, so that questions about those are answered exactly.
 *
 * Buckets include their upper bound. Two histograms add up bucket by bucket, whoever made them.
 */

const STEPS = 8;
const ANCHOR_MS = 100;
const OCTAVES = 10;
/** Up to a tenth of a millisecond: the clock of a Worker is no finer. */
const FIRST = -OCTAVES * STEPS;
/** 102 s: twenty times a request's budget. What is longer counts as this. */
const LAST = OCTAVES * STEPS;

/** Buckets that there can be: the bound of every histogram. */
export const BUCKETS = LAST - FIRST + 1;

/** Upper bound of a bucket, ms. */
export function boundMs(bucket: number): number {
  const octave = Math.floor(bucket / STEPS);
  return ANCHOR_MS * 2 ** octave * (1 + (bucket - octave * STEPS) / STEPS);
}

/** The bucket that holds `ms`: the first whose bound is not below it. */
export function bucketOf(ms: number): number {
  if (!(ms > boundMs(FIRST))) return FIRST;
  if (ms >= boundMs(LAST)) return LAST;
  const octave = Math.floor(Math.log2(ms / ANCHOR_MS));
  const within = Math.ceil((ms / (ANCHOR_MS * 2 ** octave) - 1) * STEPS);
  const bucket = octave * STEPS + within;
  // Logarithms round: the neighbour may be the right one.
  if (boundMs(bucket) < ms) return bucket + 1;
  return boundMs(bucket - 1) >= ms ? bucket - 1 : bucket;
}

/** Plain JSON: pairs of bucket and count, one after the other, lowest bucket first. */
export interface HistogramText {
  readonly counts: readonly number[];
  readonly sumMs: number;
  readonly maxMs: number;
}

/** Copied: a typed array of its own would take longer to make than to fill. */
const EMPTY: readonly number[] = Array.from({ length: BUCKETS }, () => 0);

export class Histogram {
  /** By bucket, from the first: dense, since a day of history adds some hundred thousand of them up. */
  readonly #counts = EMPTY.slice();
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  record(ms: number): void {
    this.#put(bucketOf(ms), 1);
    this.#sumMs += Math.max(0, ms);
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  add(other: HistogramText): void {
    const { counts, sumMs, maxMs } = other;
    for (let at = 0; at + 1 < counts.length; at += 2)
      this.#put(counts[at] ?? FIRST, counts[at + 1] ?? 0);
    this.#sumMs += sumMs;
    this.#maxMs = Math.max(this.#maxMs, maxMs);
  }

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /**
   * The smallest bound that at least this share of all durations is within; null without any. It is
   * over a bound exactly when more than the rest of them took longer than that bound.
   *
   * @param share 0 < share <= 1; 0.95 is the 95th percentile.
   */
  quantileMs(share: number): number | null {
    if (this.#count === 0) return null;
    // Shares such as 0.95 have no exact binary form: 0.95 of 20 is 19, and must not become 20.
    const rank = Math.max(1, Math.ceil(share * this.#count - 1e-9));
    let passed = 0;
    for (let at = 0; at < BUCKETS; at++) {
      passed += this.#counts[at] ?? 0;
      if (passed >= rank) return boundMs(FIRST + at);
    }
    return boundMs(LAST);
  }

  text(): HistogramText {
    const counts: number[] = [];
    for (let at = 0; at < BUCKETS; at++) {
      const count = this.#counts[at] ?? 0;
      if (count !== 0) counts.push(FIRST + at, count);
    }
    return { counts, sumMs: this.#sumMs, maxMs: this.#maxMs };
  }

  /** Pairs of upper bound, ms, and how many are in that bucket; lowest first. */
  buckets(): readonly (readonly [upToMs: number, count: number])[] {
    const pairs: (readonly [number, number])[] = [];
    for (let at = 0; at < BUCKETS; at++) {
      const count = this.#counts[at] ?? 0;
      if (count !== 0) pairs.push([boundMs(FIRST + at), count]);
    }
    return pairs;
  }

  #put(bucket: number, count: number): void {
    const at = Math.min(LAST, Math.max(FIRST, bucket)) - FIRST;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
    this.#count += count;
  }
}
