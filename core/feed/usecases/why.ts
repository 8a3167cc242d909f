import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { type Head, HEADS } from "../../ranking/heads.ts";
import { DEFAULT_WEIGHING } from "../../ranking/weighing.ts";
import { ok } from "../../result.ts";
import { type Call, notFound, type Outcome, signedIn } from "../call.ts";
import { PART_SAYS, RULE_SAYS, SOURCE_SAYS, VERDICT_SAYS } from "../explain/says.ts";
import type { Why, WhyNot } from "../explain/schemas.ts";
import { orderedBy } from "../degraded-home.ts";
import { askCache } from "../home-cache.ts";
import { timeline } from "../pipeline.ts";
import { rankableOf } from "../ranked/context.ts";
import { itemOfPost } from "../ranked/rank-items.ts";
import { scoreItems } from "../ranked/score.ts";
import { type BorrowedFrom, type Estimate, estimator, type Scores } from "../ranked/scores.ts";
import { sourceOf } from "../standing.ts";
import { arrange, type Part, type Placed, scoreOf } from "../ranked/arrange.ts";
import type { Post } from "../schemas.ts";
import { toId } from "../views.ts";
import { type HomeViewer, loadHomeViewer } from "../stages/home-viewer.ts";
import { hiddenBy } from "../visibility.ts";
import { visiblePost, type VisiblePost } from "./post-view.ts";

interface Facts {
  readonly viewer: HomeViewer;
  readonly post: VisiblePost;
  /** The newest visible candidates, as the first pages show them. */
  readonly newest: readonly Post[];
  /** In the order of the ranked feed; indexes are of `newest`. */
  readonly arranged: readonly Placed[];
  /** What the viewer's ranked pages are put in order by; null: they are in the order of time. */
  readonly scored: Known | null;
  /** Why the order of time, where it is that. */
  readonly byTime: "setting" | "degraded";
}

interface Known {
  readonly scores: Scores;
  readonly ageMs: number;
  readonly estimateFor: (author: Id) => Estimate | null;
}

/**
 * Why a post is where it is: the parts of its score, as its pages have it. `not_found` when the viewer may
 * not see it, or has no source for it.
 */
export async function why(call: Call, postId: string): Outcome<Why> {
  const found = await factsFor(call, postId);
  if (!found.ok) return found;
  const { viewer, post, newest, arranged, scored, byTime } = found.value;
  const { view } = post;
  if (!isSource(viewer, post)) return notFound("post in your feed");
  const told = { post: view.id, source: sourceOf(post.stored.author, viewer.standing) };
  if (scored === null) return ok({ ...told, ...BY_TIME, reason: byTime });
  const { weights, version } = weighingOf(call);
  const { mode, reason, model } = scored.scores;
  const given = probabilitiesOf(view, scored);
  const index = newest.findIndex(({ id }) => id === view.id);
  const placed = arranged.find((one) => one.index === index)?.score;
  const alone = rankableOf(view, viewer.ranking, given?.probabilities ?? null);
  const score = placed === undefined ? scoreOf(alone, weights) : placed;
  if (score === null) return ok({ ...told, ...BY_TIME, mode: "chronological", reason });
  const says = (part: Part) => {
    const column = HEADS.indexOf(part.name as Head);
    const probability = given?.probabilities[column] ?? null;
    const weight = column < 0 ? null : weights[part.name as Head];
    return { ...part, says: PART_SAYS[part.name], probability, weight };
  };
  return ok({
    ...told,
    mode,
    reason,
    score: score.score,
    contributions: score.contributions.map(says),
    penalties: score.penalties.map(says),
    model,
    weights: version,
    borrowed: given?.from ?? null,
    ageMs: scored.ageMs,
  });
}

const BY_TIME: Omit<Why, "post" | "source" | "reason"> = {
  mode: "latest",
  score: null,
  contributions: [],
  penalties: [],
  model: null,
  weights: null,
  borrowed: null,
  ageMs: 0,
};

const weighingOf = ({ ranking }: Call) => ranking?.weighing ?? DEFAULT_WEIGHING;

/** Why a post is not in the viewer's feed: each step on its way there, up to the one that stopped it. */
export async function whyNot(call: Call, postId: string): Outcome<WhyNot> {
  const found = await factsFor(call, postId);
  if (!found.ok) return found;
  const steps: WhyNot["steps"] = [];
  const conclude = (verdict: WhyNot["verdict"]) =>
    ok({ post: postId, verdict, says: VERDICT_SAYS[verdict], steps });

  const { viewer, post, newest } = found.value;
  const { stored, view } = post;
  const rated = { author: stored.author, audience: stored.payload.audience };
  // A mute takes an author out of the sources; as a rule of the viewer's it is told as one.
  const rule = hiddenBy(rated, viewer.standing, "home");
  const passes = isSource(viewer, post) || rule === "muted";
  const source = sourceOf(stored.author, viewer.standing);
  steps.push({ stage: "source", passed: passes, says: SOURCE_SAYS[source], atMs: null });
  if (!passes) return conclude("not_a_source");

  const spread = await call.fanout.record(stored.id);
  if (spread !== null) {
    const isDone = spread.doneMs !== null;
    steps.push({ stage: "fan_out", passed: isDone, says: spread.reason, atMs: spread.doneMs });
    if (!isDone && !newest.some(({ id }) => id === view.id)) return conclude("not_fanned_out_yet");
  }
  steps.push({
    stage: "filter",
    passed: rule === null,
    says: rule === null ? "No rule hides it." : RULE_SAYS[rule],
    atMs: null,
  });
  if (rule !== null) return conclude("filtered");
  return conclude(placeStep(found.value, steps));
}

/** Where it stands among the newest, told as a step. */
function placeStep(facts: Facts, steps: WhyNot["steps"]): WhyNot["verdict"] {
  const { viewer, post, newest, arranged, scored } = facts;
  const atMs = post.view.createdAtMs;
  const index = newest.findIndex(({ id }) => id === post.view.id);
  if (index < 0) {
    const says = `At least ${newest.length} newer posts come before it.`;
    steps.push({ stage: "select", passed: false, says, atMs });
    return "too_old";
  }
  const isRanked = scored !== null;
  const place = isRanked ? arranged.findIndex((placed) => placed.index === index) : index;
  const says = `It has place ${place + 1} of the newest ${newest.length}${isRanked ? ", the best first" : ""}.`;
  const isOnFirstPage = place < LIMITS.feedPageDefault;
  steps.push({ stage: isRanked ? "score" : "select", passed: isOnFirstPage, says, atMs });
  if (isOnFirstPage || !isRanked) return "shown";
  const { seen } = rankableOf(post.view, viewer.ranking, null);
  if (seen) steps.push({ stage: "seen", passed: false, says: PART_SAYS.seen, atMs: null });
  return seen ? "seen" : "outranked";
}

const isSource = ({ authors }: HomeViewer, { stored }: VisiblePost): boolean =>
  authors.includes(stored.author);

async function factsFor(call: Call, postId: string): Outcome<Facts> {
  const id = signedIn(call);
  if (!id.ok) return id;
  const [post, viewer] = await Promise.all([
    visiblePost(call, postId),
    loadHomeViewer(call, id.value),
  ]);
  if (!post.ok) return post;
  if (!viewer.ok) return viewer;
  const page = await timeline(call, {
    ...viewer.value,
    surface: "home",
    after: null,
    limit: LIMITS.rankedSegment,
  });
  if (!page.ok) return page;
  const newest = page.value.items;
  const wanted = viewer.value.settings.feedMode;
  const mode = orderedBy(call.effects, { mode: wanted, cursor: undefined }).mode;
  const byTime = mode === wanted ? "setting" : "degraded";
  const scored =
    mode === "ranked"
      ? await scoresFor(call, id.value, viewer.value, newest, post.value.view)
      : null;
  const rankable = newest.map((one) => {
    const given = scored === null ? null : probabilitiesOf(one, scored);
    return rankableOf(one, viewer.value.ranking, given?.probabilities ?? null);
  });
  const arranged = arrange(rankable, weighingOf(call).weights);
  return ok({ viewer: viewer.value, post: post.value, newest, arranged, scored, byTime });
}

/** Those of the entry that the viewer is shown; without one, what a page would be given now. */
async function scoresFor(
  call: Call,
  viewer: Id,
  { standing }: HomeViewer,
  newest: readonly Post[],
  post: Post,
): Promise<Known> {
  const { answer: kept } = await askCache(call, (cache, wrote) =>
    cache.scores(call.region, viewer, wrote),
  );
  if (kept?.hit === true) return known(kept.scores, newest, kept.ageMs);
  const isAmong = newest.some(({ id }) => id === post.id);
  const items = [...newest, ...(isAmong ? [] : [post])].map(itemOfPost);
  const asOfMs = call.clock.nowMs();
  const ask = { viewer, standing, items, asOfMs };
  return known((await scoreItems(call, ask)).scores, newest, 0);
}

function known(scores: Scores, newest: readonly Post[], ageMs: number): Known {
  const scored = newest.flatMap(({ id, author }) => {
    const probabilities = scores.of.get(toId(id));
    return probabilities === undefined ? [] : [{ author: toId(author.id), probabilities }];
  });
  return { scores, ageMs, estimateFor: estimator(scored) };
}

/** `from` null: the model's own. */
interface Given {
  readonly probabilities: readonly number[];
  readonly from: BorrowedFrom | null;
}

function probabilitiesOf({ id, author }: Post, { scores, estimateFor }: Known): Given | null {
  const own = scores.of.get(toId(id));
  return own === undefined ? estimateFor(toId(author.id)) : { probabilities: own, from: null };
}
