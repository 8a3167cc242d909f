import { LIMITS } from "../limits.ts";
import { type RegionCounts, RegionSums } from "./region-counts.ts";

/** What came within the last `levelWindowMs`, in slices of `levelSliceMs`: a bounded number of sums. */
export class SlidingWindow {
  readonly #slices = new Map<number, RegionSums>();

  /** @param nowMs when it arrived: clocks of isolates differ, and a report covers a second or so. */
  add(counts: RegionCounts, nowMs: number): void {
    this.#drop(nowMs);
    const slice = Math.floor(nowMs / LIMITS.levelSliceMs);
    const sums = this.#slices.get(slice) ?? new RegionSums();
    sums.add(counts);
    this.#slices.set(slice, sums);
  }

  sums(nowMs: number): RegionSums {
    this.#drop(nowMs);
    const sums = new RegionSums();
    for (const slice of this.#slices.values()) sums.add(slice.counts());
    return sums;
  }

  /** Those that are too old, and those of a clock that has stepped back since. */
  #drop(nowMs: number): void {
    const now = Math.floor(nowMs / LIMITS.levelSliceMs);
    const kept = LIMITS.levelWindowMs / LIMITS.levelSliceMs;
    for (const slice of this.#slices.keys())
      if (slice <= now - kept || slice > now) this.#slices.delete(slice);
  }
}
