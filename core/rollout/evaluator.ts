import type { Region } from "../regions/regions.ts";
import { assign } from "./assign.ts";
import { FLAG_KEYS, FLAGS, type FlagKey, type FlagValue } from "./flags.ts";
import { isExposing } from "./phase.ts";
import { reasonAgainst, rulingOf } from "./register.ts";
import type { Rollout, RolloutDocument } from "./rollout.ts";
import type { Arm } from "./tally.ts";

/** Why a flag has its value, in the words of OpenFeature. */
export type Reason = "DEFAULT" | "STATIC" | "SPLIT" | "DISABLED";

export interface Evaluation<T> {
  readonly value: T;
  readonly reason: Reason;
  readonly arm: Arm;
  /** null: no rollout has ever said what the flag is. */
  readonly rollout: string | null;
}

/** A rollout in which a viewer's pages are compared. */
export interface Exposure {
  readonly id: string;
  readonly flag: string;
  readonly stage: number;
  readonly arm: Arm;
  /** Of a rollout of a model, the one that the arm has; of others left out. */
  readonly model?: string;
}

/** Every flag as one document says it. Made once per document: evaluating looks at nothing but a few fields. */
export class Evaluator {
  readonly #ruling = new Map<string, Rollout>();

  constructor(document: RolloutDocument) {
    for (const flag of FLAG_KEYS) {
      const rollout = rulingOf(document, flag);
      // A Worker of another version may know another schema: what it cannot use is not there for it.
      if (rollout !== null && isUsable(rollout)) this.#ruling.set(flag, rollout);
    }
  }

  /** Whether a rollout says what the flag is; otherwise everybody has its initial value. */
  isRuled(flag: FlagKey): boolean {
    return this.#ruling.has(flag);
  }

  evaluate<K extends FlagKey>(
    flag: K,
    viewer: string | null,
    region: Region,
  ): Evaluation<FlagValue<K>> {
    const rollout = this.#ruling.get(flag);
    if (rollout === undefined) {
      const value = FLAGS[flag].initial as FlagValue<K>;
      return { value, reason: "DEFAULT", arm: "control", rollout: null };
    }
    const { arm, isCounted } = assign(flag, rollout, viewer, region);
    const isDone = rollout.phase.at === "done";
    return {
      value: rollout[arm] as FlagValue<K>,
      reason: isCounted ? "SPLIT" : isDone || isExposing(rollout.phase) ? "STATIC" : "DISABLED",
      arm,
      rollout: rollout.id,
    };
  }

  exposures(viewer: string, region: Region): Exposure[] {
    const exposures: Exposure[] = [];
    for (const [flag, rollout] of this.#ruling) {
      const { phase, id } = rollout;
      if (!isExposing(phase)) continue;
      const { arm, isCounted } = assign(flag, rollout, viewer, region);
      if (!isCounted) continue;
      const model = flag === "ranking.model" ? { model: String(rollout[arm]) } : {};
      exposures.push({ id, flag, stage: phase.stage, arm, ...model });
    }
    return exposures;
  }
}

const isUsable = ({ flag, control, treatment }: Rollout): boolean =>
  reasonAgainst(flag, control) === null && reasonAgainst(flag, treatment) === null;
