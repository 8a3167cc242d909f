import { describe, it } from "vitest";

import type { FeedPage } from "../../../../core/feed/schemas.ts";
import { giveFeedback } from "../../../../core/feed/usecases/feedback.ts";
import { updateSettings } from "../../../../core/feed/usecases/accounts.ts";
import { DEFAULT_SETTINGS } from "../../../../core/feed/views.ts";
import { react } from "../../../../core/feed/usecases/reactions.ts";
import { markSeen } from "../../../../core/feed/usecases/seen.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { DEFAULT_WEIGHING, weighing } from "../../../../core/ranking/weighing.ts";
import { DEFAULT_WEIGHTS } from "../../../../core/ranking/weights.ts";
import { pushedOf } from "../../../fakes/feed-cells.ts";
import { MemoryRanking } from "../../../fakes/memory-ranking.ts";
import { FeedWorld, idsOf, must } from "../../../fakes/feed-world.ts";
import { MemoryFeedCache } from "../../../fakes/memory-feed-cache.ts";

/** A viewer who follows three authors, with a feed cache, and posts of every kind. */
async function crowd(posts: number) {
  const world = new FeedWorld();
  const viewer = await world.user("viewer");
  const authors = [await world.user("a1"), await world.user("a2"), await world.user("a3")];
  for (const author of authors) await world.relate(viewer, author, "follow");
  const made: string[] = [];
  for (let n = 0; n < posts; n++) {
    world.nowMs += 60_000;
    const author = authors[n % 3] ?? "";
    const of = made[n - 7];
    const fields = n % 10 === 8 ? { text: "look", quoteOf: of ?? "" } : {};
    const post = await world.post(author, of === undefined ? {} : fields);
    made.push(post.id);
    if (n % 5 === 0) await must(react(world.as(viewer), "post", post.id, "like"));
  }
  const cache = new MemoryFeedCache(() => world.nowMs);
  const ranking = new MemoryRanking();
  world.ranking = ranking;
  const page = async (cursor?: string, withCache = true): Promise<FeedPage> => {
    world.cache = withCache ? cache : null;
    const read = await world.home(viewer, { mode: "ranked", limit: 20, cursor });
    await world.settled();
    return read;
  };
  return { world, viewer, authors, made, cache, ranking, page };
}

describe("a ranked feed from the cache", () => {
  it("is what the graph makes of it, page by page", async ({ expect }) => {
    const { page } = await crowd(LIMITS.feedEntryPosts);
    await page();
    let cached: string | undefined;
    let graph: string | undefined;
    let compared = 0;
    do {
      const ours: FeedPage = await page(cached);
      const theirs: FeedPage = await page(graph, false);
      expect(ours.items).toEqual(theirs.items);
      expect(ours.calls).toBe(1);
      expect([ours.head, ours.hidden]).toEqual([theirs.head, theirs.hidden]);
      cached = ours.cursor ?? undefined;
      graph = theirs.cursor ?? undefined;
      compared += ours.items.length;
    } while (cached !== undefined);
    expect(graph).toBeUndefined();
    expect(compared).toBe(LIMITS.feedEntryPosts);
  });

  it("goes on in the graph below the entry, and shows every post once", async ({ expect }) => {
    const { made, page } = await crowd(200);
    await page();
    const shown: string[] = [];
    const calls: number[] = [];
    let cursor: string | undefined;
    do {
      const next = await page(cursor);
      shown.push(...idsOf(next));
      calls.push(next.calls);
      cursor = next.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(shown.toSorted()).toEqual(made.toSorted());
    expect(calls.slice(0, 3)).toEqual([1, 1, 1]);
  });

  it.for([1, 30, 100])(
    "keeps its place when %i more arrive and the entry is another",
    async (more, { expect }) => {
      const { world, authors, made, cache, page } = await crowd(100);
      const first = await page();
      cache.rows.stored.clear();
      cache.evict();
      for (let n = 0; n < more; n++) await world.post(authors[n % 3] ?? "");
      await page();
      const shown = idsOf(first);
      let cursor = first.cursor ?? undefined;
      while (cursor !== undefined) {
        const next = await page(cursor);
        shown.push(...idsOf(next));
        cursor = next.cursor ?? undefined;
      }
      expect(shown.toSorted()).toEqual(made.toSorted());
    },
  );

  it("takes what a viewer wants less of, and what was seen, into account", async ({ expect }) => {
    const { world, viewer, authors, page } = await crowd(12);
    const [best] = (await page()).items;
    await must(giveFeedback(world.as(viewer), best?.id ?? "", "less"));
    const place = { timeMs: best?.createdAtMs ?? 0, id: best?.id ?? "" };
    await must(markSeen(world.as(viewer), [{ from: place, to: place }]));
    world.nowMs += LIMITS.feedCacheTtlMs;
    await page();
    const after = await page();
    expect(after.calls).toBe(1);
    expect(after.items.at(-1)?.id).toBe(best?.id);
    expect(after.items[0]?.author.id).not.toBe(best?.author.id);
    expect(authors).toContain(best?.author.id);
  });

  it("goes by what was said of who wrote what is reposted, as the graph does", async ({
    expect,
  }) => {
    const { world, viewer, authors, ranking, page } = await crowd(12);
    const writer = await world.user("writer");
    const original = await world.post(writer);
    const repost = await world.post(authors[0] ?? "", { repostOf: original.id });
    ranking.likeOf = (post) => (post === repost.id ? 0.9 : 0.5);
    expect(idsOf(await page())[0]).toBe(repost.id);
    await must(giveFeedback(world.as(viewer), original.id, "less"));
    world.nowMs += LIMITS.feedCacheTtlMs;
    await page();
    const cached = await page();
    expect(cached.calls).toBe(1);
    expect(idsOf(cached)).toEqual(idsOf(await page(undefined, false)));
    expect(idsOf(cached)[0]).not.toBe(repost.id);
  });

  it("keeps its order when a count in it changes: what the model said was said", async ({
    expect,
  }) => {
    const { cache, page } = await crowd(30);
    await page();
    const before = await page();
    const last = before.items.at(-1);
    const liked = { kind: "count", of: "reactions", count: 10_000 } as const;
    const at = { epoch: 1, seq: 1_000_000 };
    cache.apply({ ...liked, post: BigInt(last?.id ?? 0) as Id, at });
    const after = await page();
    expect(idsOf(after)).toEqual(idsOf(before));
    expect(after.items.at(-1)?.counts.reactions).toBe(10_000);
  });

  it("is put in order by other weights without asking anybody again", async ({ expect }) => {
    const { ranking, page } = await crowd(30);
    const first = await page();
    ranking.weighing = weighing("reversed", { ...DEFAULT_WEIGHTS, like: -1 });
    const after = await page();
    expect(after).toMatchObject({ calls: 1, mode: "ranked", slate: first.slate });
    expect(idsOf(after)).not.toEqual(idsOf(first));
    expect(ranking.asked.length).toBe(1);
    ranking.weighing = DEFAULT_WEIGHING;
    expect(idsOf(await page())).toEqual(idsOf(first));
  });

  it("gives a post that comes later what its author's newest one has", async ({ expect }) => {
    const { world, cache, authors, made, ranking, page } = await crowd(30);
    const newest = made.at(-1) ?? "";
    ranking.likeOf = (post) => (post === newest ? 0.99 : 0.01);
    const first = await page();
    expect(first.items[0]?.id).toBe(newest);
    const author = first.items[0]?.author.id ?? "";
    expect(authors).toContain(author);
    const post = await world.post(author);
    cache.apply({
      kind: "announce",
      pushed: pushedOf({
        id: BigInt(post.id) as Id,
        author: BigInt(author) as Id,
        timeMs: world.nowMs,
      }),
    });
    const [one, two] = idsOf(await page());
    expect([one, two]).toEqual([post.id, newest]);
  });

  it("asks again when an entry was built for a feed by time", async ({ expect }) => {
    const { world, viewer, cache, page } = await crowd(30);
    await must(updateSettings(world.as(viewer), { ...DEFAULT_SETTINGS, feedMode: "latest" }));
    world.cache = cache;
    await world.home(viewer, { mode: "latest" });
    await world.settled();
    expect((await page()).mode).toBe("ranked");
    expect(cache.bucket.stats().misses.unscored).toBe(1);
    expect((await page()).calls).toBe(1);
  });
});
