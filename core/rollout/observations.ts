import type { ArmSeen, Observation } from "./advance.ts";
import type { StageDelta } from "./counted.ts";
import { isExposing } from "./phase.ts";
import type { RolloutDocument } from "./rollout.ts";
import { addCounts, type Arm, type Counts, NO_COUNTS } from "./tally.ts";
import { addViewers, countViewers, NO_VIEWERS, type Viewers } from "./viewers.ts";

/** One arm's sums, as they are kept. */
export interface KeptArm {
  readonly counts: Counts;
  readonly viewers: Viewers;
}
export interface KeptStage extends Readonly<Record<Arm, KeptArm>> {
  readonly id: string;
  readonly stage: number;
}

const NOTHING: KeptArm = { counts: NO_COUNTS, viewers: NO_VIEWERS };

/** What is known of the stage of each rollout: a new stage begins with nothing, since other viewers are in it. */
export class Observations {
  readonly #stages = new Map<string, KeptStage>();

  constructor(kept: readonly KeptStage[]) {
    for (const stage of kept) this.#stages.set(stage.id, stage);
  }

  /** Of a stage that is not the rollout's any more, nothing counts. */
  add(document: RolloutDocument, delta: StageDelta): void {
    const { id, stage } = delta;
    const phase = document.rollouts.find((rollout) => rollout.id === id)?.phase;
    if (phase === undefined || !isExposing(phase) || phase.stage !== stage) return;
    for (const other of this.#stages.keys())
      if (!document.rollouts.some((rollout) => rollout.id === other)) this.#stages.delete(other);
    const known = this.#stages.get(id);
    const before =
      known?.stage === stage ? known : { id, stage, control: NOTHING, treatment: NOTHING };
    const sum = (arm: Arm): KeptArm => ({
      counts: addCounts(before[arm].counts, delta[arm].counts),
      viewers: addViewers(before[arm].viewers, delta[arm].viewers),
    });
    this.#stages.set(id, { id, stage, control: sum("control"), treatment: sum("treatment") });
  }

  of(id: string): Observation | null {
    const kept = this.#stages.get(id);
    if (kept === undefined) return null;
    const { stage, control, treatment } = kept;
    return { stage, control: seenOf(control), treatment: seenOf(treatment) };
  }

  /** What is worth keeping: the sums of rollouts that the document has. */
  kept({ rollouts }: RolloutDocument): KeptStage[] {
    return rollouts.flatMap(({ id }) => this.#stages.get(id) ?? []);
  }
}

const seenOf = ({ counts, viewers }: KeptArm): ArmSeen => ({
  counts,
  viewers: countViewers(viewers),
});
