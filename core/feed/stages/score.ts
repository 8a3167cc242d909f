import { LIMITS } from "../../limits.ts";
import type { Candidate as RankCandidate, RankAnswer } from "../../ranking/service.ts";
import { ok, type Result } from "../../result.ts";
import type { Failure } from "../../errors.ts";
import type { Call } from "../call.ts";
import type { FeedPageMode, Post } from "../schemas.ts";
import { optional } from "../stage.ts";

export interface Scored {
  readonly items: readonly Post[];
  readonly mode: FeedPageMode;
  readonly reason: string;
}

/**
 * Asks the ranker about a page's posts. The page was cut by time, which keeps paging
 * exact; scores order the posts within it. Fails open: newest first, and says so.
 */
export async function score(call: Call, items: readonly Post[]): Promise<Scored> {
  const budgetMs = Math.min(LIMITS.rankBudgetMs, call.deadlineMs - call.clock.nowMs());
  const answer = await optional(call, "score", budgetMs, () => rank(call, items, budgetMs));
  if (answer === null) return { items, mode: "chronological", reason: "ranker_unavailable" };
  const { mode, reason, scores } = answer;
  if (mode === "chronological") return { items, mode, reason };

  const order = items.map((post, index) => ({ post, score: scores[index] ?? 0 }));
  order.sort((a, b) => b.score - a.score); // Stable: equal scores stay newest first.
  return { items: order.map(({ post }) => post), mode, reason };
}

async function rank(
  call: Call,
  items: readonly Post[],
  budgetMs: number,
): Promise<Result<RankAnswer, Failure>> {
  const deadlineMs = call.clock.nowMs() + budgetMs;
  try {
    const candidates = items.map(rankCandidate);
    return ok(await call.ranker.rank({ viewerId: String(call.viewer), candidates, deadlineMs }));
  } catch {
    // The one place where a throw is expected: another Worker may be away or mid-deployment.
    return { ok: false, error: { code: "unavailable", dependency: "ranker", retryAfterMs: 0 } };
  }
}

const rankCandidate = (post: Post): RankCandidate => ({
  postId: post.id,
  authorId: post.author.id,
  createdAtMs: post.createdAtMs,
  ...post.counts,
});
