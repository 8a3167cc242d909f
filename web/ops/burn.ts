import { BURN_RULES } from "../../core/slo/burn.ts";
import { count } from "./format.ts";
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

/** Of the share of a budget that is left; null: there were no events. */
export function budgetTone(left: number | null): Tone {
  if (left === null) return "plain";
  if (left <= 0) return "bad";
  return left < 0.25 ? "warn" : "good";
}
