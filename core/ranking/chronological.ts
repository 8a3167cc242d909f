import type { RankAnswer, RankReason } from "./service.ts";

/** The last rung of the fallback ladder: no probabilities, so the caller orders by time, as it can without anybody. */
export const chronological = (reason: RankReason): RankAnswer => ({
  mode: "chronological",
  reason,
  model: null,
  probabilities: null,
  scored: 0,
});
