import type { Counts } from "./tally.ts";
import { fewestPages, judge, type Verdict } from "./guards.ts";
import { type Exposing, isExposing, type Phase } from "./phase.ts";
import { alphaOf, type Plan } from "./plan.ts";

/** What was seen of one stage so far. */
export interface Observation {
  readonly stage: number;
  readonly control: ArmSeen;
  readonly treatment: ArmSeen;
}

export interface ArmSeen {
  readonly counts: Counts;
  /** How many different ones. */
  readonly viewers: number;
}

/** @returns null while nothing of the phase's stage is known. */
export function verdictsOf(phase: Phase, plan: Plan, seen: Observation | null): Verdict[] | null {
  if (!isExposing(phase) || seen === null || seen.stage !== phase.stage) return null;
  const arms = { control: seen.control.counts, treatment: seen.treatment.counts };
  const isLast = phase.stage === plan.stages.length - 2;
  return judge(arms, { ...plan, alpha: alphaOf(plan), isLast });
}

/**
 * The next phase, from what was observed: on to the next stage when the time is over and every guard
 * passes, back when one finds harm, at any time, also while paused; held when the time is over and guards
 * cannot tell. The same phase, identically, where nothing changes.
 */
export function advance(phase: Phase, plan: Plan, seen: Observation | null, nowMs: number): Phase {
  if (!isExposing(phase)) return phase;
  const verdicts = verdictsOf(phase, plan, seen) ?? [];
  const worst = verdicts.find(({ outcome }) => outcome === "worse");
  if (worst !== undefined)
    return {
      at: "rolled_back",
      stage: phase.stage,
      atMs: nowMs,
      guard: worst.guard,
      verdict: worst,
    };
  if (phase.at === "paused" || nowMs - phase.sinceMs < plan.bakeMs) return phase;
  const known =
    verdicts.length > 0 &&
    verdicts.every(({ outcome }) => outcome === "pass") &&
    hasSample(plan, seen);
  if (!known) return held(phase);
  const stage = phase.stage + 1;
  // The last stage leaves nobody to compare with: it is where a rollout ends.
  return stage < plan.stages.length - 1
    ? { at: "running", stage, sinceMs: nowMs }
    : { at: "done", atMs: nowMs };
}

function hasSample({ sample }: Plan, seen: Observation | null): boolean {
  if (seen === null) return false;
  const { control, treatment } = seen;
  return (
    Math.min(control.viewers, treatment.viewers) >= sample.viewers &&
    fewestPages({ control: control.counts, treatment: treatment.counts }) >= sample.pages
  );
}

const held = (phase: Extract<Exposing, { at: "running" | "holding" }>): Phase =>
  phase.at === "holding"
    ? phase
    : {
        at: "holding",
        stage: phase.stage,
        sinceMs: phase.sinceMs,
        reason: "not_enough_data",
      };
