import { advance, type Observation } from "../../core/rollout/advance.ts";
import { assign } from "../../core/rollout/assign.ts";
import { cellOf } from "../../core/rollout/bucketing.ts";
import { isExposing, type Phase } from "../../core/rollout/phase.ts";
import type { Plan } from "../../core/rollout/plan.ts";
import { type Arm, COLUMNS, latencyPlace, placeOf } from "../../core/rollout/tally.ts";
import { SeededRandom } from "../../sim/random.ts";

/** What an arm does to a page, by chance. */
export interface Behaviour {
  readonly errors: number;
  readonly empty: number;
  readonly engagements: number;
  /** Median time of a page, ms. */
  readonly medianMs: number;
}

export const NORMAL: Behaviour = { errors: 0.002, empty: 0.01, engagements: 0.3, medianMs: 20 };

export interface Run {
  readonly phase: Phase;
  readonly tookMs: number;
  /** Share of all viewers who ever saw the treatment. */
  readonly sawIt: number;
  readonly stages: number;
}

const TICK_MS = 5_000;
const TICKS_MAX = 300;
const FLAG = "flag";
const REGION = "r";

/**
 * Viewers who come as unevenly as people do and whose pages resemble each other: some are on bad networks,
 * some react to everything. A look every five seconds, as the product has them.
 */
export function runPopulation(
  plan: Plan,
  arms: Readonly<Record<Arm, Behaviour>>,
  options: {
    readonly viewers: number;
    readonly pagesPerSecond: number;
    readonly seed: number;
    readonly looks?: number;
  },
): Run {
  const random = new SeededRandom(options.seed);
  const viewers = Array.from({ length: options.viewers }, (_, n) => {
    const name = `${options.seed}-${n}`;
    return {
      name,
      cell: cellOf(FLAG, name),
      trouble: random.chance(0.1) ? 5 : 5 / 9,
      eager: random.chance(0.2) ? 3 : 0.5,
      slow: random.chance(0.1) ? 2 : 1,
    };
  });
  const perTick = Math.round((options.pagesPerSecond * TICK_MS) / 1_000);
  const exposed = new Set<string>();
  let phase: Phase = { at: "running", stage: 0, sinceMs: 0 };
  let seen = freshArms();
  let nowMs = 0;
  for (let tick = 0; tick < (options.looks ?? TICKS_MAX) && isExposing(phase); tick++) {
    nowMs += TICK_MS;
    for (let page = 0; page < perTick; page++) {
      // Squared: one viewer in ten makes a third of the pages.
      const viewer = viewers[Math.floor(random.next() ** 2 * viewers.length)];
      if (viewer === undefined) continue;
      const { arm } = assign(FLAG, { phase, plan }, viewer.name, REGION);
      if (arm === "treatment") exposed.add(viewer.name);
      const { counts, names } = seen[arm];
      const did = arms[arm];
      names.add(viewer.name);
      bump(counts, placeOf(viewer.cell, "pages"));
      if (random.chance(did.errors * viewer.trouble)) bump(counts, placeOf(viewer.cell, "errors"));
      if (random.chance(did.empty * viewer.trouble)) bump(counts, placeOf(viewer.cell, "empty"));
      if (random.chance(did.engagements * viewer.eager))
        bump(counts, placeOf(viewer.cell, "engaged"));
      const tookMs = did.medianMs * viewer.slow * Math.exp(0.5 * normal(random));
      bump(counts, latencyPlace(viewer.cell, tookMs));
    }
    const { stage }: { stage: number } = phase;
    const next = advance(phase, plan, observationOf(stage, seen), nowMs);
    if (isExposing(next) && next.stage !== stage) seen = freshArms();
    phase = next;
  }
  const stages = isExposing(phase) || phase.at === "rolled_back" ? phase.stage : plan.stages.length;
  return { phase, tookMs: nowMs, sawIt: exposed.size / viewers.length, stages };
}

interface Side {
  readonly counts: number[];
  readonly names: Set<string>;
}

const side = (): Side => ({
  counts: Array.from({ length: 32 * COLUMNS }, () => 0),
  names: new Set(),
});
const freshArms = (): Record<Arm, Side> => ({ control: side(), treatment: side() });

const bump = (counts: number[], place: number): void => {
  counts[place] = (counts[place] ?? 0) + 1;
};

const observationOf = (stage: number, { control, treatment }: Record<Arm, Side>): Observation => ({
  stage,
  control: { counts: control.counts, viewers: control.names.size },
  treatment: { counts: treatment.counts, viewers: treatment.names.size },
});

const normal = (random: SeededRandom): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
