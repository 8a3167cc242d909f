import { LIMITS } from "../../limits.ts";

/** How long rankers take for a row, as this isolate sees it. */
export interface ServiceEstimate {
  readonly msPerRow: number;
  /** Unix ms of the last answer. */
  readonly heardMs: number;
}

export const NO_ESTIMATE: ServiceEstimate = { msPerRow: 0, heardMs: 0 };

/** Of every call, however few rows it has: the way there and back. */
const OVERHEAD_MS = 2;

/** A call of `rows` rows took `tookMs`, or at least that when it was given up. */
export function observed(
  estimate: ServiceEstimate,
  rows: number,
  tookMs: number,
  nowMs: number,
): ServiceEstimate {
  const sample = Math.max(0, tookMs - OVERHEAD_MS) / Math.max(1, rows);
  const { msPerRow: before, heardMs } = estimate;
  const msPerRow = heardMs === 0 ? sample : before + LIMITS.estimateWeight * (sample - before);
  return { msPerRow, heardMs: nowMs };
}

/**
 * What a call of `rows` rows is expected to take. It fades in silence: an estimate that kept
 * everybody from asking could otherwise never be corrected.
 */
export function estimateMs(
  { msPerRow, heardMs }: ServiceEstimate,
  rows: number,
  nowMs: number,
): number {
  const faded = msPerRow * 2 ** (-Math.max(0, nowMs - heardMs) / LIMITS.estimateHalfLifeMs);
  return OVERHEAD_MS + faded * rows;
}
