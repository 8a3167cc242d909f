import { it } from "vitest";

import type { CachedPage, FeedCache, Miss } from "../../../../core/feed/cache/service.ts";
import { watchedPages } from "../../../../core/feed/cache/watched-pages.ts";
import { DEFAULT_WEIGHING } from "../../../../core/ranking/weighing.ts";
import { err, ok } from "../../../../core/result.ts";
import { id } from "../../../fakes/feed-cells.ts";
import { ManualClock } from "../../../fakes/manual-clock.ts";

const WISH = {
  limit: 20,
  after: null,
  segment: null,
  wrote: [],
  mode: "latest",
  weighing: DEFAULT_WEIGHING,
} as const;
const HIT = { hit: true, items: "[]", ageMs: 1 } as unknown as CachedPage;
const miss = (why: Miss["why"], wasActive?: boolean): Miss => ({
  hit: false,
  why,
  watermarkMs: 0,
  needs: null,
  ...(wasActive !== undefined && { wasActive }),
});

it("tells of active readers' pages alone, and of a cache that is away as of a miss", async ({
  expect,
}) => {
  let next: CachedPage | Miss | null = null;
  const told: boolean[] = [];
  const bare = {
    page: async () =>
      next === null
        ? err({ code: "unavailable", dependency: "feed_cache", retryAfterMs: 1 } as const)
        : ok(next),
  } as unknown as FeedCache;
  const clock = new ManualClock(1_000_000);
  const cache = watchedPages(bare, clock, (region, isHit) => {
    expect(region).toBe("apac");
    told.push(isHit);
  });
  const after = async (answer: CachedPage | Miss | null, viewer: number) => {
    next = answer;
    told.length = 0;
    await cache.page("apac", id(viewer), WISH);
    return [...told];
  };
  expect(await after(HIT, 1)).toEqual([true]);
  expect(await after(null, 2)).toEqual([false]);
  expect(await after(miss("cold"), 3), "has just come").toEqual([]);
  expect(await after(miss("cold"), 3), "was here").toEqual([false]);
  expect(await after(miss("expired"), 4)).toEqual([false]);
  expect(await after(miss("unscored", true), 4), "is there, in another order").toEqual([]);
  next = miss("void", true);
  told.length = 0;
  await cache.page("apac", id(4), { ...WISH, after: { timeMs: 1, id2: id(9) } });
  expect(told, "a later page builds no entry").toEqual([]);
  expect(await after(miss("cold", true), 5), "as the cache says").toEqual([false]);
  expect(await after(miss("expired", false), 6), "as the cache says").toEqual([]);
});
