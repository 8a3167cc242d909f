import { STALL_EVERY_MS, watchStalls } from "../tao/measure/stalls.ts";
import type { Sample } from "./load.ts";

/** When this machine kept a ready thread waiting, and for how long. */
export interface Stall {
  /** Unix ms. */
  readonly fromMs: number;
  readonly ms: number;
}

/** A thread that starts takes so long, at most: its looks have no times of their own. */
const START_MS = 150;
/** What a timer may be late anyway. */
const USUAL_MS = 3;

/** @returns ends the watch and tells of every stall. */
export function watchMachine(seconds: number): () => readonly Stall[] {
  const startMs = Date.now();
  const stop = watchStalls(seconds);
  return () => {
    let atMs = startMs;
    return stop()
      .map((ms) => {
        const fromMs = atMs;
        atMs += STALL_EVERY_MS + ms;
        return { fromMs, ms };
      })
      .filter(({ ms }) => ms > USUAL_MS);
  };
}

/** Was it late only because the machine stalled for as long as it was late, or longer, meanwhile? */
export function isMachineLate(
  { dueMs, tookMs }: Sample,
  budgetMs: number,
  stalls: readonly Stall[],
): boolean {
  const stalledMs = stalls
    .filter(({ fromMs, ms }) => fromMs + ms + START_MS >= dueMs && fromMs <= dueMs + tookMs)
    .reduce((sum, { ms }) => sum + ms, 0);
  return tookMs - budgetMs <= stalledMs;
}
