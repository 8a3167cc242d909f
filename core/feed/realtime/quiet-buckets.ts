import type { Region } from "../../regions/regions.ts";
import { isProtecting } from "./events.ts";
import type { SocketEvent } from "./port.ts";

/**
 * Which buckets need not be told news, and until when by the clock of whoever tells. What hides something they are
 * told: somebody may have come. Lost without harm: then they are told everything.
 */
export class QuietBuckets {
  readonly #untilMs = new Map<string, number>();

  spares(region: Region, bucket: number, events: readonly SocketEvent[], nowMs: number): boolean {
    const untilMs = this.#untilMs.get(keyOf(region, bucket));
    return untilMs !== undefined && nowMs < untilMs && !events.some(isProtecting);
  }

  /** What a bucket answered to a call that was made at `askedMs`. */
  learn(region: Region, bucket: number, askedMs: number, quietMs: number): void {
    const key = keyOf(region, bucket);
    if (quietMs === 0) this.#untilMs.delete(key);
    else this.#untilMs.set(key, askedMs + quietMs);
  }
}

const keyOf = (region: Region, bucket: number): string => `${region} ${bucket}`;
