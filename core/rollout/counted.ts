import { cellOf } from "./bucketing.ts";
import type { RankerPart } from "../feed/page-counters.ts";
import type { Exposure } from "./evaluator.ts";
import { CURRENT_MODEL } from "./flags.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";
import { type Arm, ARMS, type CountsDelta, latencyPlace, placeOf } from "./tally.ts";
import { sketch, type ViewersDelta } from "./viewers.ts";

/** What was counted of one arm since the last time. */
export interface ArmDelta {
  readonly counts: CountsDelta;
  readonly viewers: ViewersDelta;
}

/** What was counted of one stage of a rollout since the last time. */
export interface StageDelta extends Readonly<Record<Arm, ArmDelta>> {
  readonly id: string;
  readonly stage: number;
}

/** What became of a page. */
export interface PageOutcome {
  readonly tookMs: number;
  readonly failed: boolean;
  /** A first page without a post. */
  readonly empty: boolean;
  readonly ranker: RankerPart;
}

interface ArmSums {
  readonly counts: Map<number, number>;
  readonly viewers: Map<number, number>;
}
interface StageSums {
  readonly id: string;
  readonly stage: number;
  readonly arms: Record<Arm, ArmSums>;
}

const fresh = (): ArmSums => ({ counts: new Map(), viewers: new Map() });

/** Counts on their way to the register, in an isolate or in a region: sums of what came since they were taken. */
export class Counted {
  #stages = new Map<string, StageSums>();

  page(exposures: readonly Exposure[], viewer: string, outcome: PageOutcome): void {
    for (const exposure of exposures) {
      const failed = failureFor(exposure, outcome);
      if (failed === null) continue;
      const { counts, viewers } =
        this.#sums(exposure.id, exposure.stage)?.arms[exposure.arm] ?? fresh();
      const cell = cellOf(exposure.flag, viewer);
      bump(counts, placeOf(cell, "pages"), 1);
      bump(counts, latencyPlace(cell, outcome.tookMs), 1);
      if (failed) bump(counts, placeOf(cell, "errors"), 1);
      if (outcome.empty) bump(counts, placeOf(cell, "empty"), 1);
      raise(viewers, ...sketch(viewer));
    }
  }

  /** A reaction, a comment or a repost. @param model what gave the page before it its order; null: none did, or nobody knows. */
  engaged(exposures: readonly Exposure[], viewer: string, model: string | null): void {
    for (const exposure of exposures) {
      const { id, flag, stage, arm } = exposure;
      if (exposure.model !== undefined && !isOf(exposure, model)) continue;
      const sums = this.#sums(id, stage)?.arms[arm];
      if (sums !== undefined) bump(sums.counts, placeOf(cellOf(flag, viewer), "engaged"), 1);
    }
  }

  add({ id, stage, ...arms }: StageDelta): void {
    const sums = this.#sums(id, stage);
    if (sums === null) return;
    for (const arm of ARMS) {
      for (const [place, count] of arms[arm].counts.slice(0, ROLLOUT_LIMITS.rolloutDeltaMax))
        bump(sums.arms[arm].counts, place, count);
      for (const [register, rank] of arms[arm].viewers.slice(0, ROLLOUT_LIMITS.rolloutDeltaMax))
        raise(sums.arms[arm].viewers, register, rank);
    }
  }

  /** All there is; nothing is left. */
  take(): StageDelta[] {
    const taken = [...this.#stages.values()];
    this.#stages = new Map();
    return taken.map(({ id, stage, arms }) => ({
      id,
      stage,
      control: deltaOf(arms.control),
      treatment: deltaOf(arms.treatment),
    }));
  }

  /** null: of more stages than are ever under way at once, so that it is one that is over. */
  #sums(id: string, stage: number): StageSums | null {
    const key = `${id} ${stage}`;
    const known = this.#stages.get(key);
    if (known !== undefined) return known;
    // Every one that is under way, and the stage before it.
    if (this.#stages.size >= 2 * ROLLOUT_LIMITS.rolloutsRunningMax) return null;
    const sums = { id, stage, arms: { control: fresh(), treatment: fresh() } };
    this.#stages.set(key, sums);
    return sums;
  }
}

/**
 * Whether a page failed, as a rollout sees it; null: it says nothing about it. Of a rollout of a model that is
 * a page for which the ranker was not asked: while the light model stands in, such a rollout waits, and does not
 * go on to everybody because nobody has met it. Where it was asked in vain, the page failed, whatever stood in.
 */
function failureFor(exposure: Exposure, { failed, ranker }: PageOutcome): boolean | null {
  if (exposure.model === undefined) return failed;
  if (failed || ranker.at === "not asked") return null;
  if (ranker.at === "failed") return true;
  // A page that was kept from before the viewer's arm was this one is the other arm's.
  return isOf(exposure, ranker.model) ? false : null;
}

/** `current` is whichever is served, so that no name can be told from it. */
const isOf = ({ model }: Exposure, made: string | null): boolean =>
  made !== null && (model === CURRENT_MODEL || model === made);

const deltaOf = ({ counts, viewers }: ArmSums): ArmDelta => ({
  counts: [...counts],
  viewers: [...viewers],
});

const bump = (counts: Map<number, number>, place: number, count: number): void => {
  counts.set(place, (counts.get(place) ?? 0) + count);
};
const raise = (ranks: Map<number, number>, register: number, rank: number): void => {
  ranks.set(register, Math.max(ranks.get(register) ?? 0, rank));
};
