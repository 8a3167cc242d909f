import type { Candidate, RankAnswer, RankReason } from "./service.ts";

/**
 * The last rung of the fallback ladder: newest first, from the request alone.
 *
 * A score is the candidate's place from the end, not its time: places are small integers
 * whatever the clock says, and posts of the same millisecond still get distinct ones, the
 * larger id being newer, as everywhere in a feed.
 */
export function chronological(candidates: readonly Candidate[], reason: RankReason): RankAnswer {
  const scores = candidates.map(() => 0);
  const oldestFirst = candidates
    .map((candidate, at) => ({ at, timeMs: candidate.createdAtMs, id: BigInt(candidate.postId) }))
    .toSorted((a, b) => a.timeMs - b.timeMs || (a.id < b.id ? -1 : Number(a.id > b.id)));
  for (const [place, { at }] of oldestFirst.entries()) scores[at] = place;
  return { mode: "chronological", reason, scores };
}
