import { z } from "zod";

import { alwaysValid, type Interval, type Ratio, ratioOf } from "./estimate.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";
import {
  type ArmCounts,
  binEndMs,
  type Counted,
  type Counts,
  latencies,
  perCell,
  quantileBin,
  slowerPerCell,
  sum,
} from "./tally.ts";

export const GUARDS = ["error_rate", "empty_feed_rate", "p99", "engagement"] as const;
export type GuardName = (typeof GUARDS)[number];

const points = z.number().min(0.0005).max(0.5);

/** What is tolerated of the treatment, against the control group of the same stage. */
export const guardsSchema = z.strictObject({
  error_rate: points
    .default(0.005)
    .meta({ description: "Failed pages, more per page", example: 0.005 }),
  empty_feed_rate: points
    .default(0.02)
    .meta({ description: "First pages without a post, more per page", example: 0.02 }),
  p99: z
    .number()
    .min(1.25)
    .max(10)
    .default(1.5)
    .meta({ description: "99th percentile of a page's time, as a multiple", example: 1.5 }),
  engagement: z.number().min(0.01).max(0.9).default(0.1).meta({
    description: "Reactions, comments and reposts per page, lost, as a ratio",
    example: 0.1,
  }),
});
export type Guards = z.infer<typeof guardsSchema>;

/** What each arm of a stage needs at least before it passes. */
export interface Sample {
  readonly pages: number;
  readonly viewers: number;
}

export type Outcome = "pass" | "worse" | "not_enough_data";

export interface Verdict {
  readonly guard: GuardName;
  readonly outcome: Outcome;
  /** As the guard has it: a rate, a time in ms, or engagements per page. */
  readonly control: number;
  readonly treatment: number;
  /** Harm beyond what is tolerated, in the same unit; for `p99` in pages that are too slow, per page. */
  readonly harm: Interval;
}

/** What one look at a stage asks for. */
export interface Question {
  readonly guards: Guards;
  readonly sample: Sample;
  /** Chance that a guard finds a harmless treatment worse, over the whole stage, however often it is asked. */
  readonly alpha: number;
  /** Before everybody gets it, harm has to be excluded; before, it is enough that none is to be seen. */
  readonly isLast: boolean;
}

/**
 * Compares the arms of a stage, guard by guard. `worse`: the whole interval lies beyond what is tolerated.
 * `pass`: the sample is there and the estimate lies within; in the last stage the whole interval
 * has to. Anything else is `not_enough_data`.
 */
export function judge(arms: ArmCounts, question: Question): Verdict[] {
  const pages = fewestPages(arms);
  return GUARDS.map((guard) => {
    const { control, treatment, harm, scale } = COMPARE[guard](arms, question.guards[guard]);
    const interval = alwaysValid(harm.value, harm.variance, scale, question.alpha);
    return {
      guard,
      outcome: outcomeOf(interval, pages, question),
      control,
      treatment,
      harm: interval,
    };
  });
}

export const fewestPages = ({ control, treatment }: ArmCounts): number =>
  Math.min(...[control, treatment].map((counts) => sum(perCell(counts, "pages"))));

function outcomeOf(
  { estimate, low, high }: Interval,
  pages: number,
  { sample, isLast }: Question,
): Outcome {
  // Harm needs fewer pages than safety: what breaks everything is not to wait for the whole sample.
  if (low > 0 && pages >= Math.min(ROLLOUT_LIMITS.rolloutJudgePagesMin, sample.pages))
    return "worse";
  return pages >= sample.pages && (isLast ? high : estimate) < 0 ? "pass" : "not_enough_data";
}

interface Comparison {
  readonly control: number;
  readonly treatment: number;
  /** Above 0: more than is tolerated. */
  readonly harm: Ratio;
  readonly scale: number;
}

const COMPARE: Record<GuardName, (arms: ArmCounts, tolerated: number) => Comparison> = {
  error_rate: (arms, more) => moreOf(arms, "errors", more),
  empty_feed_rate: (arms, more) => moreOf(arms, "empty", more),
  engagement: (arms, lost) => {
    const [control, treatment] = [
      rateOf(arms.control, "engaged"),
      rateOf(arms.treatment, "engaged"),
    ];
    const kept = 1 - lost;
    return {
      control: control.value,
      treatment: treatment.value,
      harm: {
        value: kept * control.value - treatment.value,
        variance: kept ** 2 * control.variance + treatment.variance,
      },
      scale: Math.max(HARM * lost * control.value, SCALE_MIN),
    };
  },
  p99: (arms, times) => slowerThan(arms, times),
};

/** Real harm is often some times what is tolerated; intervals are tightest about there. */
const HARM = 4;
/** Keeps the interval defined where the control group has nothing to lose. */
const SCALE_MIN = 0.001;
const SLOW = 0.01;

const rateOf = (counts: Counts, counted: Counted): Ratio =>
  ratioOf(perCell(counts, counted), perCell(counts, "pages"));

function moreOf(arms: ArmCounts, counted: Counted, more: number): Comparison {
  const [control, treatment] = [rateOf(arms.control, counted), rateOf(arms.treatment, counted)];
  return {
    control: control.value,
    treatment: treatment.value,
    harm: {
      value: treatment.value - control.value - more,
      variance: treatment.variance + control.variance,
    },
    scale: HARM * more,
  };
}

/**
 * A percentile has no variance that sums could give, so that the question is turned round: do more than
 * 1 % of the treatment's pages take longer than `times` the control's 99th percentile? That percentile is
 * an estimate too; as a share of pages, its error is that of the control's share beyond it.
 */
function slowerThan({ control, treatment }: ArmCounts, times: number): Comparison {
  const [bin, own] = [control, treatment].map((counts) => quantileBin(latencies(counts), 1 - SLOW));
  if (bin === null || bin === undefined || own === null || own === undefined) return unknown;
  const far = bin + Math.round(Math.log(times) / Math.log(binEndMs(1)));
  const beyond = ratioOf(slowerPerCell(treatment, far), perCell(treatment, "pages"));
  const error = ratioOf(slowerPerCell(control, bin), perCell(control, "pages"));
  return {
    control: binEndMs(bin),
    treatment: binEndMs(own),
    harm: { value: beyond.value - SLOW, variance: beyond.variance + error.variance },
    scale: HARM * SLOW,
  };
}

const unknown: Comparison = {
  control: 0,
  treatment: 0,
  harm: { value: 0, variance: Number.POSITIVE_INFINITY },
  scale: HARM * SLOW,
};
