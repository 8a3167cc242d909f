import { LIMITS } from "../limits.ts";
import { LENIENCE, type Priority } from "./priority.ts";
import { refusalChance } from "./throttle.ts";

/**
 * Calls that have ended, sent or not, and those that were taken on. Those under way count for nothing
 * yet: a burst on a new isolate is no overload, and concurrency limits bound what hangs.
 */
interface Slice {
  readonly fromMs: number;
  readonly asked: number;
  readonly accepted: number;
}

/**
 * Adaptive throttling, on the side of the caller: https://sre.google/sre-book/handling-overload/
 * As long as a dependency takes on half of what it is asked, nothing is held back. Plain JSON; newest slice last.
 */
export type Throttle = readonly Slice[];
export const OPEN: Throttle = [];

/** The chance, from 0 to 1, that a call is refused here; a lower priority has a lower K. */
export function refusalChanceOf(throttle: Throttle, priority: Priority, nowMs: number): number {
  let [asked, taken] = [0, 0];
  for (const slice of recent(throttle, nowMs)) {
    asked += slice.asked;
    taken += slice.accepted;
  }
  const factor = LIMITS.throttleFactor * LENIENCE[priority];
  const { throttleRefusalsFree: free, throttleFloor } = LIMITS;
  return refusalChance(asked, taken, { factor, free, max: 1 - throttleFloor });
}

/** A call that the dependency took on. That it failed otherwise says nothing about load. */
export const accepted = (throttle: Throttle, nowMs: number): Throttle =>
  added(throttle, { asked: 1, accepted: 1 }, nowMs);

/** A call that was refused for load, by the dependency or here. */
export const refused = (throttle: Throttle, nowMs: number): Throttle =>
  added(throttle, { asked: 1, accepted: 0 }, nowMs);

function added(throttle: Throttle, more: Omit<Slice, "fromMs">, nowMs: number): Throttle {
  const fromMs = Math.floor(nowMs / LIMITS.throttleSliceMs) * LIMITS.throttleSliceMs;
  const slices = recent(throttle, nowMs);
  const last = slices.at(-1);
  const now = last?.fromMs === fromMs ? last : { fromMs, asked: 0, accepted: 0 };
  const others = last === now ? slices.slice(0, -1) : slices;
  return [
    ...others,
    { fromMs, asked: now.asked + more.asked, accepted: now.accepted + more.accepted },
  ];
}

/** Most of the time nothing is old: the same array. */
function recent(throttle: Throttle, nowMs: number): Throttle {
  const isRecent = ({ fromMs }: Slice) =>
    fromMs > nowMs - LIMITS.throttleWindowMs && fromMs <= nowMs;
  return throttle.every(isRecent) ? throttle : throttle.filter(isRecent);
}
