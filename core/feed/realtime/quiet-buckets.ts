import type { Region } from "../../regions/regions.ts";

/** Which buckets need not be told, and until when by the clock of whoever tells. Lost without harm: then they are told. */
export class QuietBuckets {
  readonly #untilMs = new Map<string, number>();

  isQuiet(region: Region, bucket: number, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(keyOf(region, bucket));
    return untilMs !== undefined && nowMs < untilMs;
  }

  /** What a bucket answered to a call that was made at `askedMs`. */
  learn(region: Region, bucket: number, askedMs: number, quietMs: number): void {
    const key = keyOf(region, bucket);
    if (quietMs === 0) this.#untilMs.delete(key);
    else this.#untilMs.set(key, askedMs + quietMs);
  }
}

const keyOf = (region: Region, bucket: number): string => `${region} ${bucket}`;
