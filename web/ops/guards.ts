import { count, millis, percent, words } from "./format.ts";
import type { Tone } from "./ui/badge.tsx";

export const GUARD_WORDS: Readonly<Record<string, string>> = {
  error_rate: "Error rate",
  empty_feed_rate: "Empty first pages",
  p99: "p99 of a page",
  engagement: "Engagement per page",
};

/** Each guard in its own unit; `share` is a share of pages. */
export function guardNumber(guard: string, value: number): string {
  if (guard === "p99") return millis(value);
  return guard === "engagement" ? count(value) : percent(value);
}

const OUTCOMES: Readonly<Record<string, readonly [Tone, string]>> = {
  pass: ["good", "Pass"],
  worse: ["bad", "Worse"],
  not_enough_data: ["plain", "Not enough data"],
};

/** What a guard found; of a newer build's outcome only its name is known. */
export const outcomeWords = (outcome: string): readonly [Tone, string] =>
  OUTCOMES[outcome] ?? ["plain", words(outcome)];
