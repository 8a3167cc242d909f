import { LIMITS } from "../limits.ts";
import { murmur3 } from "../rollout/murmur3.ts";
import type { RegionOrder } from "./nearest.ts";
import type { Region } from "./regions.ts";

/**
 * An operator's word, or the end of one, on how much of what comes a region's way it keeps. It takes
 * `regionShiftMs` to get from `from` to `keep`, either way: nobody is moved all at once.
 */
export interface Drain {
  /** Shares, 0 to 1. */
  readonly keep: number;
  readonly from: number;
  /** Unix ms. */
  readonly sinceMs: number;
  /** When it ends by itself; a share of 1 has nothing to end. */
  readonly untilMs: number;
  readonly reason: string;
  /** Who: the subject of the token, or the controller. */
  readonly by: string;
}

/** From 0 to 1 in `regionShiftMs`. */
const shifted = (sinceMs: number, nowMs: number): number =>
  Math.min(1, Math.max(0, (nowMs - sinceMs) / LIMITS.regionShiftMs));

/** The share that a region keeps at `nowMs`. */
export function keptShare({ keep, from, sinceMs }: Drain, nowMs: number): number {
  const part = shifted(sinceMs, nowMs);
  // A sum of fractions may miss what was asked for.
  return part >= 1 ? keep : from + (keep - from) * part;
}

/** The share that comes back to a region at `nowMs` which answers again since `backMs`; null: it was never away. */
export const returnedShare = (backMs: number | null, nowMs: number): number =>
  backMs === null ? 1 : shifted(backMs, nowMs);

/** Another draw than those of rollouts. */
const TRAFFIC_SEED = 0x3c6ef372;

/** Where a viewer stands in a region's order, in [0, 1): the same in every isolate, at every share. */
export const positionIn = (region: Region, key: string): number =>
  murmur3(`${region}:${key}`, TRAFFIC_SEED) / 2 ** 32;

/**
 * Where a request is served: by the first region of `order` that takes it. A region with a share below 1
 * takes the viewers whose position is below it, so that a change of a share moves those between the old
 * and the new one, and nobody else; whoever it turns away goes on to the next. When none takes it, the
 * nearest that takes anybody does, and when there is none either, the nearest: it is as good as any.
 *
 * @param shareOf 0 of a region that is drained or failed over, 1 of one that takes everybody.
 * @param key names who is served, in ASCII; null where nobody knows.
 */
export function servedBy(
  order: RegionOrder,
  shareOf: (region: Region) => number,
  key: string | null,
): Region {
  let spare: Region | null = null;
  for (const region of order) {
    const share = shareOf(region);
    if (share >= 1) return region;
    if (share <= 0) continue;
    if (key === null || positionIn(region, key) < share) return region;
    spare ??= region;
  }
  return spare ?? order[0];
}
