import { LIMITS } from "../../limits.ts";
import { ok } from "../../result.ts";
import { type Call, notFound, type Outcome, signedIn } from "../call.ts";
import { PART_SAYS, RULE_SAYS, SOURCE_SAYS, VERDICT_SAYS } from "../explain/says.ts";
import type { Why, WhyNot } from "../explain/schemas.ts";
import { timeline } from "../pipeline.ts";
import { rankableOf } from "../ranked/context.ts";
import { sourceOf } from "../standing.ts";
import { arrange, HEURISTIC, type Part, type Placed, scoreOf } from "../ranked/heuristic.ts";
import type { Post } from "../schemas.ts";
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
}

/**
 * Why a post is where it is: the parts of its score, as of now. `not_found` when the viewer may
 * not see it, or has no source for it.
 */
export async function why(call: Call, postId: string): Outcome<Why> {
  const found = await factsFor(call, postId);
  if (!found.ok) return found;
  const { viewer, post, newest, arranged } = found.value;
  const { view } = post;
  if (!isSource(viewer, post)) return notFound("post in your feed");
  const mode = viewer.settings.feedMode;
  const index = newest.findIndex(({ id }) => id === view.id);
  const placed = arranged.find((one) => one.index === index)?.score;
  const score =
    placed ?? scoreOf(rankableOf(view, viewer.standing, viewer.ranking), call.clock.nowMs());
  const says = (part: Part) => ({ ...part, says: PART_SAYS[part.name] });
  return ok({
    post: view.id,
    source: sourceOf(post.stored.author, viewer.standing),
    mode,
    score: mode === "ranked" ? score.score : null,
    contributions: score.contributions.map(says),
    penalties: score.penalties.map(says),
    model: HEURISTIC,
    ageMs: 0,
  });
}

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
  const { viewer, post, newest, arranged } = facts;
  const atMs = post.view.createdAtMs;
  const index = newest.findIndex(({ id }) => id === post.view.id);
  if (index < 0) {
    const says = `At least ${newest.length} newer posts come before it.`;
    steps.push({ stage: "select", passed: false, says, atMs });
    return "too_old";
  }
  const isRanked = viewer.settings.feedMode === "ranked";
  const place = isRanked ? arranged.findIndex((placed) => placed.index === index) : index;
  const says = `It has place ${place + 1} of the newest ${newest.length}${isRanked ? ", the best first" : ""}.`;
  const isOnFirstPage = place < LIMITS.feedPageDefault;
  steps.push({ stage: isRanked ? "score" : "select", passed: isOnFirstPage, says, atMs });
  if (isOnFirstPage || !isRanked) return "shown";
  const { seen } = rankableOf(post.view, viewer.standing, viewer.ranking);
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
  const { standing, ranking } = viewer.value;
  const page = await timeline(call, {
    ...viewer.value,
    surface: "home",
    after: null,
    limit: LIMITS.rankedSegment,
  });
  if (!page.ok) return page;
  const newest = page.value.items;
  const rankable = newest.map((one) => rankableOf(one, standing, ranking));
  const arranged = arrange(rankable, call.clock.nowMs());
  return ok({ viewer: viewer.value, post: post.value, newest, arranged });
}
