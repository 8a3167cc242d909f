import { FLAG_KEYS, type FlagKey, FLAGS } from "../../core/rollout/flags.ts";
import { ROLLOUT_LIMITS } from "../../core/rollout/limits.ts";
import type { RolloutWish } from "../../core/rollout/rollout.ts";

/** What stands in the form, as text. */
export interface Typed {
  readonly id: string;
  readonly flag: FlagKey;
  readonly treatment: string;
  /** Percents with commas between. */
  readonly stages: string;
  readonly bakeMinutes: string;
  readonly pages: string;
  readonly viewers: string;
  readonly reason: string;
}

/** A field as the API names it, and what is wrong with it. */
export interface Wrong {
  readonly field: string;
  readonly why: string;
}

const textOf = (value: unknown): string => JSON.stringify(value, null, 2);

export const FLAG_CHOICES = FLAG_KEYS.map((key) => ({
  key,
  about: FLAGS[key].about,
  initial: textOf(FLAGS[key].initial),
}));

export const EMPTY_WISH: Typed = {
  id: "",
  flag: "ranking.weights",
  treatment: textOf(FLAGS["ranking.weights"].initial),
  stages: "1, 5, 25, 50, 100",
  bakeMinutes: "10",
  pages: "1000",
  viewers: "100",
  reason: "",
};

/** Only what is no JSON or no number is refused here: what may be in it is the register's to say. */
export function wishFrom(
  typed: Typed,
):
  | { readonly wrong: Wrong; readonly value: null }
  | { readonly wrong: null; readonly value: RolloutWish } {
  const numbers = {
    "plan.bakeMs": Number(typed.bakeMinutes) * 60_000,
    "plan.sample.pages": Number(typed.pages),
    "plan.sample.viewers": Number(typed.viewers),
  };
  for (const [field, value] of Object.entries(numbers))
    if (!Number.isFinite(value))
      return { wrong: { field, why: "This is not a number." }, value: null };
  const shares = typed.stages.split(",").map((text) => Number(text.trim()));
  if (shares.some((share) => !Number.isFinite(share)))
    return {
      wrong: { field: "plan.stages", why: "These are not numbers with commas between." },
      value: null,
    };
  let treatment: unknown;
  try {
    treatment = JSON.parse(typed.treatment);
  } catch {
    return { wrong: { field: "treatment", why: "This is not JSON." }, value: null };
  }
  const { id, flag, reason } = typed;
  const buckets = ROLLOUT_LIMITS.rolloutBuckets;
  return {
    wrong: null,
    value: {
      id: id.trim(),
      flag,
      treatment,
      plan: {
        stages: shares.map((share) => ({
          share: Math.round((share / 100) * buckets),
          regions: null,
        })),
        bakeMs: numbers["plan.bakeMs"],
        sample: { pages: numbers["plan.sample.pages"], viewers: numbers["plan.sample.viewers"] },
      },
      reason,
    },
  };
}
