import { LIMITS } from "../limits.ts";

/** Retries that may still go out: each first attempt adds a share of one, each retry takes one. */
export interface RetryBudget {
  readonly saved: number;
}

/** A new isolate has some: its first request may meet a blip. */
export const FULL_BUDGET: RetryBudget = { saved: LIMITS.retriesSavedMax };

export const withFirst = ({ saved }: RetryBudget): RetryBudget => ({
  saved: Math.min(LIMITS.retriesSavedMax, saved + LIMITS.retryShare),
});

/** @returns null: not within the budget. Ten tenths are not quite one in floating point, and must be. */
export const withRetry = ({ saved }: RetryBudget): RetryBudget | null =>
  saved > 1 - 1e-9 ? { saved: Math.max(0, saved - 1) } : null;
