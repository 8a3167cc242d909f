import { count, millis, percent } from "./format.ts";

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
