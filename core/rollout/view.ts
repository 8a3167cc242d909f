import { type ArmSeen, type Observation, verdictsOf } from "./advance.ts";
import { FLAGS } from "./flags.ts";
import { isExposing, type Phase } from "./phase.ts";
import type { Plan } from "./plan.ts";
import type { Rollout, RolloutView } from "./rollout.ts";
import { perCell, sum } from "./tally.ts";

/** A rollout as operators see it. Stops at a guard show the verdict that stopped it. */
export function viewOf(rollout: Rollout, seen: Observation | null): RolloutView {
  const { id, flag, control, treatment, plan, phase, revision, createdMs, startedMs } = rollout;
  // Of a stage that has just begun, nothing is known yet: the counts are of the one before.
  const shown = isExposing(phase) && seen?.stage !== phase.stage ? null : seen;
  const verdicts = verdictsOf(phase, plan, seen) ?? [];
  return {
    id,
    flag,
    kind: FLAGS[flag].kind,
    revision,
    phase,
    ...reachOf(phase, plan),
    control,
    treatment,
    plan,
    seen: shown && { control: armOf(shown.control), treatment: armOf(shown.treatment) },
    verdicts: (phase.at === "rolled_back" ? [phase.verdict] : verdicts).map((verdict) => ({
      ...verdict,
      harm: {
        estimate: verdict.harm.estimate,
        low: finite(verdict.harm.low),
        high: finite(verdict.harm.high),
      },
    })),
    createdMs,
    startedMs,
  };
}

function reachOf(phase: Phase, plan: Plan): Pick<RolloutView, "share" | "regions"> {
  if (phase.at === "done") return { share: plan.stages.at(-1)?.share ?? 0, regions: null };
  const stage = isExposing(phase) ? plan.stages[phase.stage] : undefined;
  return { share: stage?.share ?? 0, regions: stage?.regions ?? null };
}

const armOf = ({ counts, viewers }: ArmSeen) => ({ viewers, pages: sum(perCell(counts, "pages")) });

/** JSON has no infinity. */
const finite = (bound: number): number | null => (Number.isFinite(bound) ? bound : null);
