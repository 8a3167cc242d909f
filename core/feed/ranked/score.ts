import { z } from "zod";

import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { type CandidateFacts, type Rows, rowsOf, SCHEMA } from "../../ranking/features.ts";
import { HEAD_COUNT } from "../../ranking/heads.ts";
import type { RankAnswer } from "../../ranking/service.ts";
import type { Slate } from "../../ranking/slate.ts";
import { type Counted, type Tallies, talliesOf, tallyKeys } from "../../ranking/tallies.ts";
import type { Call } from "../call.ts";
import { sourceOf, type Standing } from "../standing.ts";
import type { RankItem } from "./rank-items.ts";
import { type Scores, unscored } from "./scores.ts";

/** How long a reader waits: the specification's 50 ms for the ranker, and a little for the ways there. */
export interface RankBudget {
  readonly featuresMs: number;
  readonly rankMs: number;
  /** Nobody waits for it. */
  readonly isAfterwards: boolean;
}
export const WHILE_READING: RankBudget = {
  featuresMs: LIMITS.rankFeaturesMs,
  rankMs: LIMITS.rankBudgetMs,
  isAfterwards: false,
};
/** After the answer: nobody waits. */
export const AFTERWARDS: RankBudget = {
  featuresMs: LIMITS.rankAgainMs,
  rankMs: LIMITS.rankAgainMs,
  isAfterwards: true,
};

export interface Scored {
  readonly scores: Scores;
  /** What to keep for the log; null when its features were not known. */
  readonly slate: Slate | null;
}

interface Ask {
  readonly viewer: Id;
  readonly standing: Standing;
  readonly items: readonly RankItem[];
  /** Unix ms, of the features. */
  readonly asOfMs: number;
}

/**
 * Asks for the probabilities of `items`: what the viewer's feature bucket counted, made rows, given to the
 * ranking proxy. Always answers, and within the budget: without scores a feed is in the order of time.
 */
export async function scoreItems(
  call: Call,
  ask: Ask,
  budget: RankBudget = WHILE_READING,
): Promise<Scored> {
  const { ranking } = call;
  const { viewer, items, asOfMs } = ask;
  if (ranking === null) return { scores: unscored("no_ranker"), slate: null };
  if (items.length === 0) return { scores: { ...unscored("ok"), mode: "ranked" }, slate: null };
  const begunMs = call.clock.nowMs();
  const leftMs = () => call.deadlineMs - call.clock.nowMs();
  const counted = items.map((item) => countedOf(viewer, item));
  const keys = new Set(counted.flatMap((one) => Object.values(tallyKeys(one)).flatMap(present)));
  const featuresMs = Math.min(budget.featuresMs, leftMs());
  const known = await ranking.facts(call.region, viewer, [...keys], featuresMs);
  if (!known.ok) report(call, "features");
  const tallies: Tallies = known.ok ? known.value : new Map();

  const facts = items.map((item, row) => factsOf(ask, item, tallies, counted[row]));
  const rows = rowsOf(facts, asOfMs);
  const rankMs = Math.min(budget.rankMs, leftMs());
  const answer = await ranking.rank(
    {
      region: call.region,
      viewerId: formatId(viewer),
      ...(ranking.model !== undefined && { model: ranking.model }),
      schema: SCHEMA,
      weights: ranking.weighing.weights,
      posts: items.map(({ post }) => formatId(post)),
      createdAtMs: items.map(({ createdAtMs }) => createdAtMs),
      ...rows,
      ...(budget.isAfterwards && { isAfterwards: true }),
      deadlineMs: call.clock.nowMs() + rankMs,
    },
    rankMs + LIMITS.rankSlackMs,
  );
  if (!answer.ok) report(call, "rank");
  const scores = answer.ok ? scoresFrom(answer.value, items) : unscored("late");
  call.timing.rank = { tookMs: call.clock.nowMs() - begunMs, mode: scores.mode };
  if (!known.ok) return { scores: withoutFeatures(scores), slate: null };
  const slate = slateOf(call, ask, scores, rows);
  return { scores: { ...scores, slate: slate.id }, slate };
}

/** Where asking again, with more time, may give scores. */
export const isWorthAnother = ({ scores }: Scored): boolean =>
  scores.mode === "chronological" && (scores.reason === "late" || scores.reason === "no_time");

const withoutFeatures = (scores: Scores): Scores =>
  scores.mode === "chronological" ? scores : { ...scores, reason: "no_features" };

const present = (key: string | null): string[] => (key === null ? [] : [key]);

export const countedOf = (
  viewer: Id,
  { author, content, topic }: Pick<RankItem, "author" | "content" | "topic">,
): Counted => ({
  viewer: formatId(viewer),
  author: formatId(author),
  content: formatId(content),
  topic,
});

const factsOf = (
  { viewer, standing }: Ask,
  item: RankItem,
  tallies: Tallies,
  counted: Counted = countedOf(viewer, item),
): CandidateFacts => ({
  viewerId: formatId(viewer),
  authorId: formatId(item.author),
  topic: item.topic,
  createdAtMs: item.createdAtMs,
  source: sourceOf(item.author, standing),
  textChars: item.textChars,
  media: item.media,
  isRepost: item.isRepost,
  isQuote: item.isQuote,
  ...item.counts,
  tallies: talliesOf(counted, tallies),
});

const answerSchema = z.object({
  mode: z.enum(["ranked", "cached-scores", "light-model", "smaller-pool", "chronological"]),
  reason: z.string().max(40),
  model: z.string().max(100).nullable(),
  probabilities: z.instanceof(Float32Array).nullable(),
});

/** Digits of a kept probability: six are more than any order needs, and half the text of all. */
const DIGITS = 6;

/** What another Worker says is checked before it is kept: a broken ranker must not break feeds. */
function scoresFrom(answer: RankAnswer, items: readonly RankItem[]): Scores {
  const checked = answerSchema.safeParse(answer);
  if (!checked.success) return unscored("bad_answer");
  const { mode, model, probabilities } = checked.data;
  const { reason } = answer;
  if (probabilities === null)
    return mode === "chronological" ? unscored(reason) : unscored("bad_answer");
  const isSound =
    mode !== "chronological" &&
    probabilities.length === items.length * HEAD_COUNT &&
    probabilities.every((value) => value >= 0 && value <= 1);
  if (!isSound) return unscored("bad_answer");
  const of = items.map(({ post }, row) => {
    const own = probabilities.subarray(row * HEAD_COUNT, (row + 1) * HEAD_COUNT);
    return [post, Array.from(own, (value) => Number(value.toPrecision(DIGITS)))] as const;
  });
  return { mode, reason, model, slate: null, of: new Map(of) };
}

function slateOf(
  { random }: Call,
  { viewer, items, asOfMs }: Ask,
  { mode, model }: Scores,
  { dense, ids }: Rows,
): Slate {
  return {
    id: `${asOfMs.toString(36)}-${Math.floor(random.next() * 2 ** 40).toString(36)}`,
    viewer: formatId(viewer),
    atMs: asOfMs,
    schema: SCHEMA,
    mode,
    model,
    items: items.map(({ post, content, author, contentAuthor, topic }) => ({
      post: formatId(post),
      content: formatId(content),
      author: formatId(author),
      contentAuthor: formatId(contentAuthor),
      topic,
    })),
    dense,
    ids,
  };
}

const report = ({ report: tell, viewer }: Call, stage: "features" | "rank"): void =>
  tell({ event: "ranking_failed", stage, viewer: String(viewer) });
