import { LIMITS } from "../limits.ts";

/** Second requests that may still go out: each call adds a share of one, each hedge takes one. */
export interface HedgeBudget {
  readonly saved: number;
}

export const NO_HEDGES: HedgeBudget = { saved: 0 };

export const withCall = ({ saved }: HedgeBudget, share: number): HedgeBudget => ({
  saved: Math.min(LIMITS.hedgesSavedMax, saved + share),
});

/** Null: not within the budget. Rounding must not cost a hedge. */
export const withHedge = ({ saved }: HedgeBudget): HedgeBudget | null =>
  saved > 1 - 1e-9 ? { saved: Math.max(0, saved - 1) } : null;
