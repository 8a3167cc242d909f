import type { z } from "zod";

import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { feedbackPayload, seenPayload } from "../../tao/registry.ts";
import type { Assoc } from "../../tao/types.ts";
import { isSeen, type Range } from "../explain/seen-ranges.ts";
import type { Post } from "../schemas.ts";
import { toId } from "../views.ts";
import type { Rankable } from "./arrange.ts";
import { placeOf } from "./ranked-page.ts";

/** What the scores of one viewer's feed need beside the posts. */
export interface RankContext {
  readonly seen: readonly Range[];
  /** What was last said about an author's posts, whoever passes them on. */
  readonly feedback: ReadonlyMap<Id, "more" | "less">;
}

export const NO_CONTEXT: RankContext = { seen: [], feedback: new Map() };

/** Of the viewer's `seen` self-edge and `feedback` edges; wishes that are too old count no more. */
export function rankContext(
  seen: readonly Assoc[],
  feedback: readonly Assoc[],
  nowMs: number,
): RankContext {
  const recent = feedback.filter(({ timeMs }) => nowMs - timeMs < LIMITS.feedbackMs);
  return {
    seen: seen.flatMap(({ data }) => parseRanges(data)),
    feedback: new Map(recent.map(({ id2, data }) => [id2, parseFeedback(data)])),
  };
}

export const parseRanges = (data: string): Range[] =>
  (JSON.parse(data) as z.infer<typeof seenPayload>).ranges.map(([fromMs, from, toMs, to]) => ({
    from: { timeMs: fromMs, id2: toId(from) },
    to: { timeMs: toMs, id2: toId(to) },
  }));

export const rangesData = (ranges: readonly Range[]): string =>
  JSON.stringify({
    ranges: ranges.map(({ from, to }) => [
      from.timeMs,
      String(from.id2),
      to.timeMs,
      String(to.id2),
    ]),
  } satisfies z.infer<typeof seenPayload>);

const parseFeedback = (data: string): "more" | "less" =>
  (JSON.parse(data) as z.infer<typeof feedbackPayload>).kind;

/** What the viewer said about who wrote what is shown: of a repost that is not who passed it on, unless nothing was said. */
export const wishOf = (
  { feedback }: Pick<RankContext, "feedback">,
  author: Id,
  reposted: Id | null,
): "more" | "less" | null =>
  (reposted === null ? null : feedback.get(reposted)) ?? feedback.get(author) ?? null;

export const rankableOf = (
  post: Post,
  context: RankContext,
  probabilities: readonly number[] | null,
): Rankable => ({
  author: post.author.id,
  probabilities,
  feedback: wishOf(
    context,
    toId(post.author.id),
    post.repostOf ? toId(post.repostOf.author.id) : null,
  ),
  seen: isSeen(context.seen, placeOf(post)),
});
