import { describe, it } from "vitest";

import { counted } from "../../../../core/feed/cache/counted.ts";
import type { CachedPage, FeedCache, Miss } from "../../../../core/feed/cache/service.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { err, ok } from "../../../../core/result.ts";
import { addDelta, NO_DELTA, type TallyDelta } from "../../../../core/telemetry/cache-tally.ts";
import { id } from "../../../fakes/feed-cells.ts";
import { ManualClock } from "../../../fakes/manual-clock.ts";
import { FIRST_PAGE } from "../../../fakes/first-page.ts";

const HIT = { hit: true, items: "[1,2]", ageMs: 40 } as unknown as CachedPage;
const miss = (why: Miss["why"]): Miss => ({ hit: false, why, watermarkMs: 0, needs: null });

/** A cache that answers `next`; null: it is away. */
function start() {
  const clock = new ManualClock(1_000_000);
  const state = { next: HIT as CachedPage | Miss | null, sums: new Map<string, TallyDelta>() };
  const bare: FeedCache = {
    page: async () =>
      state.next === null
        ? err({ code: "unavailable", dependency: "feed_cache", retryAfterMs: 1 })
        : ok(state.next),
    newSince: async () => ok(miss("cold")),
    scores: async () => ok(miss("cold")),
    put: async () => ok(true),
    own: async () => ok(null),
  };
  const cache = counted(bare, clock, (region, delta) =>
    state.sums.set(region, addDelta(state.sums.get(region) ?? NO_DELTA, delta)),
  );
  const read = async (next: CachedPage | Miss | null, viewer = 1) => {
    state.next = next;
    return cache.page("apac", id(viewer), FIRST_PAGE);
  };
  return { clock, cache, read, sum: () => state.sums.get("apac") ?? NO_DELTA };
}

describe("pages of a cache that no object counts", () => {
  it("count for readers who have an entry or had one", async ({ expect }) => {
    const { read, sum } = start();
    expect(await read(HIT)).toEqual(ok(HIT));
    expect(sum()).toEqual({ hits: 1, stale: 0, misses: 0, bytes: 5, ageMsSum: 40 });
    await read(miss("expired"), 2);
    await read(miss("void"), 3);
    expect(sum()).toMatchObject({ hits: 1, misses: 2 });
  });

  it("do not count for who has just come, but do for who was here", async ({ expect }) => {
    const { read, sum, clock } = start();
    await read(miss("cold"));
    expect(sum()).toEqual(NO_DELTA);
    clock.advance(LIMITS.feedActiveMs - 1);
    await read(miss("cold"));
    expect(sum()).toMatchObject({ hits: 0, misses: 1 });
    clock.advance(LIMITS.feedActiveMs);
    await read(miss("cold"));
    expect(sum()).toMatchObject({ misses: 1 });
  });

  it("are neither hits nor misses while the cache is away", async ({ expect }) => {
    const { read, sum } = start();
    await read(HIT);
    await read(null);
    expect(sum()).toMatchObject({ hits: 1, misses: 0 });
  });

  it("are not counts of new posts, which pass through", async ({ expect }) => {
    const { cache, sum } = start();
    expect(await cache.newSince("apac", id(1), { timeMs: 1, id2: id(9) }, [])).toMatchObject({
      ok: true,
    });
    expect(await cache.put("apac", id(1), "")).toEqual(ok(true));
    expect(sum()).toEqual(NO_DELTA);
  });
});
