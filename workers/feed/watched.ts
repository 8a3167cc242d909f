import type { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import { STATUS } from "../../core/errors.ts";
import { wasRanked } from "../../core/feed/page-ranked.ts";
import type { CallContext, FeedRequest, PageText, Reply } from "../../core/feed/service.ts";
import type { FollowedRollouts } from "../../core/rollout/followed.ts";
import { systemClock } from "../../platform/clock.ts";

type Rollouts = Pick<FollowedRollouts, "ready" | "watch">;

/** Counts what became of a page, for the rollouts that its viewer is in. */
export async function watchedPage(
  rollouts: Rollouts,
  { viewer, region }: CallContext,
  { cursor }: Pick<FeedRequest, "cursor">,
  answer: () => Reply<PageText>,
): Reply<PageText> {
  await rollouts.ready(region);
  const watch = rollouts.watch(viewer, region);
  const startedMs = systemClock.nowMs();
  const counted = (failed: boolean, empty: boolean) =>
    watch.page({ tookMs: systemClock.nowMs() - startedMs, failed, empty });
  try {
    const reply = await answer();
    if (reply.ok) counted(false, cursor === undefined && reply.value.value.startsWith(EMPTY_PAGE));
    // What the caller did wrong says nothing about the page.
    else if (STATUS[reply.error.code] >= 500) counted(true, false);
    return reply;
  } catch (error) {
    counted(true, false);
    throw error;
  }
}

/** Counts for its region whether a model has put a page in order. */
export async function rankedPage(
  levels: Pick<IsolateLevels, "count">,
  { region }: CallContext,
  answer: () => Reply<PageText>,
): Reply<PageText> {
  const reply = await answer();
  const isRanked = reply.ok ? wasRanked(reply.value.value) : null;
  if (isRanked !== null) levels.count(region, "feeds_to_rank");
  if (isRanked === false) levels.count(region, "feeds_unranked");
  return reply;
}

/** How a page's text begins that has no post. */
const EMPTY_PAGE = '{"items":[]';

/** Counts an act as engagement, if `counts` and it succeeds. */
export async function watchedAct<T>(
  rollouts: Rollouts,
  { viewer, region }: CallContext,
  counts: boolean,
  answer: () => Reply<T>,
): Reply<T> {
  await rollouts.ready(region);
  const watch = rollouts.watch(viewer, region);
  const reply = await answer();
  if (reply.ok && counts) watch.engaged();
  return reply;
}
