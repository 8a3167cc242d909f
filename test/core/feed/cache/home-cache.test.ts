import fc from "fast-check";
import { describe, it } from "vitest";

import type { FeedPage } from "../../../../core/feed/schemas.ts";
import { home } from "../../../../core/feed/usecases/home.ts";
import { newPosts } from "../../../../core/feed/usecases/new-posts.ts";
import { DEFAULT_SETTINGS } from "../../../../core/feed/views.ts";
import { updateSettings } from "../../../../core/feed/usecases/accounts.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { oraclePages } from "../../../fakes/feed-oracle.ts";
import { anything, befriending, Walk } from "../../../fakes/feed-walk.ts";
import { FeedWorld, idsOf, must } from "../../../fakes/feed-world.ts";
import { MemoryFeedCache } from "../../../fakes/memory-feed-cache.ts";
import { MemoryRanking } from "../../../fakes/memory-ranking.ts";
import { MemoryTao } from "../../../fakes/memory-tao.ts";

/** A viewer who follows an author, with a feed cache. */
async function cachedPair() {
  const world = new FeedWorld();
  const [viewer, author] = [await world.user("viewer"), await world.user("author")];
  await world.relate(viewer, author, "follow");
  const cache = new MemoryFeedCache(() => world.nowMs);
  world.cache = cache;
  return { world, viewer, author, cache };
}

async function read(world: FeedWorld, viewer: string, request = {}): Promise<FeedPage> {
  const page = await world.home(viewer, request);
  await world.settled();
  return page;
}

describe("a home feed", () => {
  it("comes from the graph once, then from the cache: one object call", async ({ expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    for (let i = 0; i < 45; i++) await world.post(author);
    const built = await read(world, viewer);
    expect(built.calls).toBeGreaterThan(1);
    expect(built.ageMs).toBe(0);
    world.nowMs += 1_000;
    const hit = await read(world, viewer);
    expect(hit).toEqual({ ...built, ageMs: 1_000, calls: 1, cursor: hit.cursor });
    expect(hit.head).toEqual({ timeMs: hit.items[0]?.createdAtMs, id: hit.items[0]?.id });
    expect(cache.bucket.stats()).toMatchObject({ reads: 2, hits: 1, misses: { cold: 1 } });
  });

  it("has the same cursor however long the cache's answer was on its way", async ({ expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    for (let i = 0; i < 45; i++) await world.post(author);
    world.nowMs = Math.ceil(world.nowMs / 1_000) * 1_000;
    await read(world, viewer);
    const cursors = new Set<string | null>();
    for (const onItsWayMs of [0, 3, 40]) {
      world.cache = {
        page: async (...asked) => {
          const answer = await cache.page(...asked);
          world.nowMs += onItsWayMs;
          return answer;
        },
        newSince: (...asked) => cache.newSince(...asked),
        scores: (...asked) => cache.scores(...asked),
        put: (...asked) => cache.put(...asked),
        own: (...asked) => cache.own(...asked),
      };
      const hit = await read(world, viewer);
      expect(hit.calls).toBe(1);
      cursors.add(hit.cursor);
    }
    expect(cursors.size).toBe(1);
  });

  it("counts readers who are there apart from those who have just come", async ({ expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    await world.post(author);
    const active = () => cache.bucket.stats().active;
    await read(world, viewer);
    expect(active(), "the first page of a visit").toEqual({ asked: 0, hits: 0 });
    await read(world, viewer);
    expect(active()).toEqual({ asked: 1, hits: 1 });
    world.nowMs += LIMITS.feedActiveMs - 1;
    await read(world, viewer);
    expect(active(), "whose entry has run out").toEqual({ asked: 2, hits: 1 });
    world.nowMs += LIMITS.feedActiveMs;
    await read(world, viewer);
    expect(active(), "who was away").toEqual({ asked: 2, hits: 1 });
  });

  it("goes on in the entry as far as that reaches, then in the graph", async ({ expect }) => {
    const { world, viewer, author } = await cachedPair();
    const posts: string[] = [];
    for (let i = 0; i < 90; i++) posts.unshift((await world.post(author)).id);
    await read(world, viewer);
    const seen: string[] = [];
    const calls: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await read(world, viewer, { cursor });
      seen.push(...idsOf(page));
      calls.push(page.calls);
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(posts);
    expect(calls.map((count) => count === 1)).toEqual([true, true, true, false, false]);
  });

  it("is read anew after the specification's 5 minutes", async ({ expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    await world.post(author);
    await read(world, viewer);
    const unheardOf = await world.post(author);
    world.nowMs += LIMITS.feedCacheTtlMs - 2;
    expect(idsOf(await read(world, viewer))).not.toContain(unheardOf.id);
    world.nowMs += 1;
    expect(idsOf(await read(world, viewer))).toContain(unheardOf.id);
    expect(cache.bucket.stats().misses.expired).toBe(1);
  });

  it("shows what was for others at once when its audience takes the viewer in, and reposts of it", async ({
    expect,
  }) => {
    const { world, viewer, author, cache } = await cachedPair();
    const friend = await world.user("friend");
    await world.befriend(author, friend);
    await world.relate(viewer, friend, "follow");
    const secret = await world.post(author, { audience: "friends" });
    const repost = await world.post(friend, { repostOf: secret.id });
    const own = await world.post(author);
    expect(idsOf(await read(world, viewer))).toEqual([own.id]);
    expect((await read(world, viewer)).hidden).toEqual({ original: 1 });
    const open = (audience: number, seq: number) =>
      cache.apply({
        kind: "revoke",
        post: BigInt(secret.id) as Id,
        audience,
        at: { epoch: 1, seq },
      });
    open(1, 900);
    const page = await read(world, viewer);
    expect([page.calls, idsOf(page)]).toEqual([1, [own.id, secret.id]]);
    open(3, 901);
    expect(idsOf(await read(world, viewer))).toEqual([own.id]);
    expect(repost.repostOf?.id).toBe(secret.id);
  });

  it("shows a client its own writes at once, and others what is known", async ({ expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    await world.post(author);
    await read(world, viewer);
    const own = await world.post(viewer);
    const wrote = new Map([[3, { epoch: 1, seq: world.graph.seq }]]);
    const ownTao = () => new MemoryTao({ nowMs: () => world.nowMs, wrote }, world.graph);
    const request = { mode: "latest", limit: 20, cursor: undefined } as const;
    const readOwn = async () => {
      const text = await must(home(world.as(viewer, { tao: ownTao() }), request));
      await world.settled();
      return JSON.parse(text) as FeedPage;
    };
    expect(idsOf(await read(world, viewer))).not.toContain(own.id);
    expect(idsOf(await readOwn())).toContain(own.id);
    expect(cache.bucket.stats().misses.void).toBe(1);
    expect((await readOwn()).calls).toBe(1);
    expect(idsOf(await read(world, viewer))).toContain(own.id);
  });

  it("is read from leaders alone for who asks for that", async ({ expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    await world.post(author);
    const call = world.as(viewer, { consistency: "leader" });
    await must(home(call, { mode: "latest", limit: 20, cursor: undefined }));
    expect(cache.asked).toBe(0);
  });

  it.for(["away", "back"])("goes on without a cache that is %s", async (state, { expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    const { id } = await world.post(author);
    cache.isAway = true;
    expect(idsOf(await read(world, viewer))).toEqual([id]);
    expect(world.events).toEqual([{ event: "cache_failed", stage: "unavailable", viewer }]);
    expect(cache.rows.stored.size).toBe(0);
    if (state === "away") return;
    cache.isAway = false;
    await read(world, viewer);
    expect((await read(world, viewer)).calls).toBe(1);
  });

  it("is kept only when all of it could be read", async ({ expect }) => {
    const { world, viewer, author, cache } = await cachedPair();
    await world.post(author);
    const tao = world.tao();
    tao.staleMs = (() => 70_000) as unknown as typeof tao.staleMs;
    await must(home(world.as(viewer, { tao }), { mode: "latest", limit: 5, cursor: undefined }));
    await world.settled();
    expect(cache.rows.stored.size).toBe(0);
  });

  it("that is ranked by the viewer's settings is answered best first", async ({ expect }) => {
    const { world, viewer, author } = await cachedPair();
    world.ranking = new MemoryRanking();
    await world.post(author);
    await must(updateSettings(world.as(viewer), { ...DEFAULT_SETTINGS, feedMode: "latest" }));
    await read(world, viewer, { mode: undefined });
    expect(await read(world, viewer, { mode: undefined })).toMatchObject({
      calls: 1,
      mode: "latest",
      reason: "setting",
    });
    const settings = {
      feedMode: "ranked",
      defaultAudience: "public",
      theme: "dark",
      autoplay: true,
    } as const;
    await must(updateSettings(world.as(viewer), settings));
    const at = { epoch: 1, seq: world.graph.seq };
    (world.cache as MemoryFeedCache).apply({ kind: "forget", viewers: [idOf(viewer)], at });
    await read(world, viewer, { mode: undefined });
    const ranked = { mode: "ranked", calls: 1 };
    expect(await read(world, viewer, { mode: undefined })).toMatchObject(ranked);
    expect(await read(world, viewer)).toMatchObject({ mode: "latest", calls: 1 });
  });
});

describe("new posts", () => {
  it("are counted since a place, with whom they are from", async ({ expect }) => {
    const { world, viewer, author } = await cachedPair();
    const friend = await world.user("friend");
    await world.befriend(viewer, friend);
    await world.post(author);
    const { head } = await world.home(viewer);
    const since = `${head?.timeMs}.${head?.id}`;
    const ask = async () => {
      const found = await must(newPosts(world.as(viewer), since));
      await world.settled();
      return { count: found.count, from: found.authors.map(({ handle }) => handle) };
    };
    world.cache = null;
    expect(await ask()).toEqual({ count: 0, from: [] });
    await world.post(author);
    await world.post(viewer);
    await world.post(friend);
    await world.post(author);
    expect(await ask()).toEqual({ count: 3, from: ["author", "friend"] });
    world.cache = new MemoryFeedCache(() => world.nowMs);
    expect(await ask()).toEqual({ count: 3, from: ["author", "friend"] });
    expect(await ask()).toEqual({ count: 3, from: ["author", "friend"] });
    expect((world.cache as MemoryFeedCache).bucket.stats().hits).toBe(1);
  });
});

it("equals a brute-force oracle, page by page, from the cache and while it is built", async ({
  expect,
}) => {
  const worlds = fc.record({
    acts: fc.array(anything, { minLength: 10, maxLength: 60 }),
    bonds: fc.array(befriending, { maxLength: 6 }),
    limit: fc.integer({ min: 3, max: 50 }),
    shortUnions: fc.boolean(),
    evicts: fc.boolean(),
  });
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(worlds, async ({ acts, bonds, limit, shortUnions, evicts }) => {
      const walk = new Walk();
      await walk.start(acts, bonds);
      const cache = new MemoryFeedCache(() => walk.world.nowMs);
      walk.world.cache = cache;
      walk.world.shortUnions = () => shortUnions;
      for (const round of ["built", "cached"]) {
        const pages: string[][] = [];
        let page: FeedPage | null = null;
        do {
          page = await read(walk.world, walk.viewer, { limit, cursor: page?.cursor ?? undefined });
          pages.push(idsOf(page));
        } while (page.cursor !== null);
        fc.pre(walk.world.events.length === 0);
        const expected = oraclePages(walk.rows(), limit);
        expect(pages.length === 1 ? pages : pages.filter((ids) => ids.length > 0), round).toEqual(
          expected.length === 0 ? [[]] : expected,
        );
        if (evicts) cache.evict();
      }
      hits += cache.bucket.stats().hits;
    }),
    { numRuns: 200 },
  );
  expect(hits).toBeGreaterThan(100);
});

const idOf = (text: string): Id => BigInt(text) as Id;
