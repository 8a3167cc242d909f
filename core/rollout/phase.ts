import type { GuardName, Verdict } from "./guards.ts";

/**
 * Where a rollout is. Times are Unix ms. While it is `running`, `holding` or `paused`, the viewers of its
 * stage have the treatment, and guards watch; in all other phases everybody has one and the same.
 */
export type Phase =
  | { readonly at: "draft" }
  /** `sinceMs` is when the stage began, less the time that it was paused. */
  | { readonly at: "running"; readonly stage: number; readonly sinceMs: number }
  /** The stage's time is over and its guards cannot tell yet. */
  | {
      readonly at: "holding";
      readonly stage: number;
      readonly sinceMs: number;
      readonly reason: "not_enough_data";
    }
  | { readonly at: "paused"; readonly stage: number; readonly bakedMs: number }
  | {
      readonly at: "rolled_back";
      readonly stage: number;
      readonly atMs: number;
      readonly guard: GuardName;
      readonly verdict: Verdict;
    }
  | { readonly at: "aborted"; readonly stage: number | null; readonly atMs: number }
  | { readonly at: "done"; readonly atMs: number }
  | { readonly at: "killed"; readonly atMs: number };

export type Exposing = Extract<Phase, { at: "running" | "holding" | "paused" }>;

/** Some viewers have the treatment and some do not. */
export const isExposing = (phase: Phase): phase is Exposing =>
  phase.at === "running" || phase.at === "holding" || phase.at === "paused";

/** Nothing moves it any more but, once it is done, the kill switch. */
export const hasEnded = (phase: Phase): boolean => phase.at !== "draft" && !isExposing(phase);
