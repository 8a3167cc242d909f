import { BURN_RULES } from "../../core/slo/burn.ts";
import { SLO_LIMITS } from "../../core/slo/limits.ts";
import type { RegionAlerts } from "../../core/slo/alert-service.ts";
import { count, percent } from "./format.ts";
import type { Tone } from "./tone.ts";

/** How a burn rate is to be read: a rule of a page, or of a ticket, names this window and is met by this rate. */
export function burnTone(window: string, rate: number | null): Tone {
  if (rate === null) return "plain";
  const met = BURN_RULES.filter(
    (rule) => (rule.long === window || rule.short === window) && rate >= rule.factor,
  );
  if (met.some(({ severity }) => severity === "page")) return "bad";
  return met.length > 0 ? "warn" : "good";
}

export const rateWords = (rate: number | null): string =>
  rate === null ? "–" : `${count(Math.round(rate * 100) / 100)}×`;

type Objective = Pick<RegionAlerts["objectives"][number], "budgetLeft" | "target" | "burn">;

/**
 * Share of its budget that an objective has left; null while the whole budget is less than one event and no
 * more were bad than are lost anyway. What would page is never too little to show.
 */
export function knownBudget({ budgetLeft, target, burn }: Objective): number | null {
  const { total, bad } = burn.find(({ window }) => window === "30d") ?? { total: 0, bad: 0 };
  // 1 - 0.999 is a little less than it should be: a thousand events are a budget of one.
  const isTooLittle = total * (1 - target) < 1 - 1e-9 && bad < SLO_LIMITS.pageBadMin;
  return isTooLittle ? null : budgetLeft;
}

/** A budget as a tile and a table say it. */
export function budgetWords(objective: Objective): { share: string; word: string; tone: Tone } {
  if (objective.budgetLeft === null) return { share: "–", word: "no events", tone: "plain" };
  const left = knownBudget(objective);
  if (left === null) return { share: "–", word: "too few events", tone: "plain" };
  const word = left <= 0 ? "overspent" : "left";
  return { share: percent(left), word, tone: toneOf(left) };
}

function toneOf(left: number): Tone {
  if (left <= 0) return "bad";
  return left < 0.25 ? "warn" : "good";
}
