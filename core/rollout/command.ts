import type { Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { isExposing, type Phase } from "./phase.ts";

export const ACTIONS = ["start", "pause", "resume", "abort", "kill"] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * The phase after an operator's action. `abort` ends a rollout that is under way; `kill` also takes back one
 * that is done. What an action would lead to already is harmless to ask for again.
 *
 * @returns `conflict` where the phase does not allow the action.
 */
export function act(phase: Phase, action: Action, nowMs: number): Result<Phase, Failure> {
  if (phase.at === AFTER[action]) return ok(phase);
  const next = NEXT[action](phase, nowMs);
  return next === null
    ? err({
        code: "conflict",
        reason: `a rollout that is ${words(phase)} cannot be asked to ${action}`,
      })
    : ok(next);
}

const AFTER: Record<Action, Phase["at"]> = {
  start: "running",
  pause: "paused",
  resume: "running",
  abort: "aborted",
  kill: "killed",
};

const NEXT: Record<Action, (phase: Phase, nowMs: number) => Phase | null> = {
  start: (phase, nowMs) =>
    phase.at === "draft" ? { at: "running", stage: 0, sinceMs: nowMs } : null,
  pause: (phase, nowMs) =>
    phase.at === "running" || phase.at === "holding"
      ? { at: "paused", stage: phase.stage, bakedMs: Math.max(0, nowMs - phase.sinceMs) }
      : null,
  resume: (phase, nowMs) =>
    phase.at === "paused"
      ? { at: "running", stage: phase.stage, sinceMs: nowMs - phase.bakedMs }
      : null,
  abort: (phase, nowMs) => {
    if (phase.at !== "draft" && !isExposing(phase)) return null;
    return { at: "aborted", stage: phase.at === "draft" ? null : phase.stage, atMs: nowMs };
  },
  kill: (phase, nowMs) =>
    phase.at === "draft" || phase.at === "done" || isExposing(phase)
      ? { at: "killed", atMs: nowMs }
      : null,
};

const words = ({ at }: Phase): string => at.replaceAll("_", " ");
