import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";

/** What one isolate knows of its way to a region's controller. Plain JSON; times are Unix ms. */
export type Reach =
  | {
      readonly at: "reachable";
      /** Tries in a row without an answer, and when the first of them was made. */
      readonly failures: number;
      readonly failingSinceMs: number;
    }
  | {
      readonly at: "unreachable";
      /** Since when every try has been answered; null: it is not. */
      readonly answeringSinceMs: number | null;
    };

export const REACHABLE: Reach = { at: "reachable", failures: 0, failingSinceMs: 0 };

/** The outcome of another try. A region goes only after several tries over some time, and comes back after a dwell. */
export function tried(reach: Reach, answered: boolean, nowMs: number): Reach {
  if (reach.at === "reachable") {
    if (answered) return REACHABLE;
    const failingSinceMs = reach.failures === 0 ? nowMs : Math.min(reach.failingSinceMs, nowMs);
    const failures = reach.failures + 1;
    const isGone =
      failures >= LIMITS.unreachableTriesMin && nowMs - failingSinceMs >= LIMITS.unreachableMs;
    return isGone
      ? { at: "unreachable", answeringSinceMs: null }
      : { at: "reachable", failures, failingSinceMs };
  }
  if (!answered) return { at: "unreachable", answeringSinceMs: null };
  const answeringSinceMs = Math.min(reach.answeringSinceMs ?? nowMs, nowMs);
  return nowMs - answeringSinceMs >= LIMITS.reachableDwellMs
    ? REACHABLE
    : { at: "unreachable", answeringSinceMs };
}

/**
 * Level 4 as a decision on where a request goes: the first region in `order` (the own one first, then
 * its backups, nearest first) that is not failed over. When all are, the own one is as good as any.
 */
export const routed = (
  order: readonly [Region, ...Region[]],
  isFailedOver: (region: Region) => boolean,
): Region => order.find((region) => !isFailedOver(region)) ?? order[0];
