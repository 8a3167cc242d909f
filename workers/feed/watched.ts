import type { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import { STATUS } from "../../core/errors.ts";
import type { CallContext, FeedRequest, PageText, Reply } from "../../core/feed/service.ts";
import {
  EMPTY_PAGE,
  pageCounters,
  type RankerPart,
  rankerPartOf,
} from "../../core/feed/page-counters.ts";
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
  const counted = (failed: boolean, empty = false, ranker: RankerPart = { at: "not asked" }) =>
    watch.page({ tookMs: systemClock.nowMs() - startedMs, failed, empty, ranker });
  try {
    const reply = await answer();
    if (reply.ok) {
      const page = reply.value.value;
      counted(false, cursor === undefined && page.startsWith(EMPTY_PAGE), rankerPartOf(page));
      // What the caller did wrong says nothing about the page.
    } else if (STATUS[reply.error.code] >= 500) counted(true);
    return reply;
  } catch (error) {
    counted(true);
    throw error;
  }
}

/** Counts for its region how a home page was made, and how long that took. */
export async function countedPage(
  levels: Pick<IsolateLevels, "count" | "time">,
  { region }: CallContext,
  { cursor }: Pick<FeedRequest, "cursor">,
  answer: () => Reply<PageText>,
): Reply<PageText> {
  const startedMs = systemClock.nowMs();
  const reply = await answer();
  levels.time(region, "feed_page_ms", systemClock.nowMs() - startedMs);
  if (reply.ok)
    for (const name of pageCounters(reply.value.value, cursor === undefined))
      levels.count(region, name);
  return reply;
}

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
