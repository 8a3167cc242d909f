import { describe, it } from "vitest";

import { createClient } from "../../client/client.ts";
import { L1Cache } from "../../client/l1/l1-cache.ts";
import { surplus } from "../../client/l1/kinds.ts";
import { memoryStore } from "../../client/storage/memory.ts";
import type { KeyValueStore } from "../../client/storage/port.ts";
import { LIMITS } from "../../core/limits.ts";

const MINUTE = 60_000;

/** A client over a server that answers with a number that only grows, and can be away. */
function start(store: KeyValueStore = memoryStore()) {
  const world = { nowMs: 1_000_000, away: false, status: 200, asked: [] as string[] };
  let answers = 0;
  const run = () => {
    const cache = new L1Cache({ store, nowMs: () => world.nowMs });
    const client = createClient({
      baseUrl: "",
      cache: () => cache,
      sleep: async () => undefined,
      fetch: async (url, init) => {
        if (world.away) throw new TypeError("fetch failed");
        world.asked.push(`${init.method} ${url}`);
        return Response.json({ n: ++answers }, { status: world.status });
      },
    });
    return { cache, client };
  };
  return { world, run, ...run() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a kept answer", () => {
  it("is given again for five minutes; then at once and read anew", async ({ expect }) => {
    const { world, client, cache } = start();
    expect(await client.settings()).toEqual({ n: 1 });
    world.nowMs += 5 * MINUTE - 1;
    expect(await client.settings()).toEqual({ n: 1 });
    expect(world.asked).toHaveLength(1);
    world.nowMs += 1;
    const newer: Promise<unknown>[] = [];
    const onKept = (kept: { atMs: number; newer: Promise<unknown> | null }) => {
      expect(kept.atMs).toBe(1_000_000);
      if (kept.newer !== null) newer.push(kept.newer);
    };
    expect(await client.settings({ onKept })).toEqual({ n: 1 });
    expect(await newer[0]).toEqual({ n: 2 });
    expect(await client.settings()).toEqual({ n: 2 });
    expect(await cache.stats()).toMatchObject({ hits: 2, stale: 1, misses: 1, entries: 1 });
    const [bytes, ageMsSum] = [3 * '{"n":1}'.length, 2 * 5 * MINUTE - 1];
    expect(cache.totals()).toEqual({ hits: 2, stale: 1, misses: 1, bytes, ageMsSum });
  });

  it("of a post or a list is shown at once and always read again", async ({ expect }) => {
    const { world, client } = start();
    await client.post("1");
    expect(await client.post("1")).toEqual({ n: 1 });
    await settled();
    expect(await client.post("1")).toEqual({ n: 2 });
    expect(world.asked).toHaveLength(3);
  });

  it("is never one of a session, a count of the moment, or another query", async ({ expect }) => {
    const { client, cache } = start();
    await client.session();
    await client.newPosts({ timeMs: 1, id: "2" });
    await client.unread();
    await client.why("1");
    expect((await cache.stats()).entries).toBe(0);
    await client.feed({ limit: 20 });
    expect(await client.feed({ limit: 21 })).not.toEqual(await client.feed({ limit: 20 }));
  });

  it("of a profile is read again by the next run, of the feed only when it is old", async ({
    expect,
  }) => {
    const { world, client, run } = start();
    await client.profile("ada");
    await client.feed();
    world.nowMs += 1;
    const next = run().client;
    expect(await next.profile("ada")).toEqual({ n: 1 });
    expect(await next.feed()).toEqual({ n: 2 });
    await settled();
    expect(world.asked).toEqual(["GET /v1/users/ada", "GET /v1/feed", "GET /v1/users/ada"]);
  });
});

describe("without a connection", () => {
  it("answers with what is kept, and says how old it is", async ({ expect }) => {
    const { world, client, cache } = start();
    await client.feed({}, { cache: "network" });
    world.away = true;
    world.nowMs += 60 * MINUTE;
    const ages: number[] = [];
    const call = { cache: "network", onKept: ({ atMs }: { atMs: number }) => void ages.push(atMs) };
    expect(await client.feed({}, { ...call, cache: "network" })).toEqual({ n: 1 });
    expect(ages).toEqual([1_000_000]);
    await expect(client.post("9")).rejects.toMatchObject({ code: "network" });
    expect(await cache.stats()).toMatchObject({ stale: 1, offline: 1, misses: 2 });
  });

  it("does not answer for a server that refuses", async ({ expect }) => {
    const { world, client } = start();
    await client.post("1");
    world.status = 404;
    await expect(client.post("1", { cache: "network" })).rejects.toMatchObject({ status: 404 });
    world.away = true;
    await expect(client.post("1"), "gone is gone").rejects.toMatchObject({ code: "network" });
  });
});

describe("own writes", () => {
  it("make what they change doubtful, and nothing else", async ({ expect }) => {
    const { world, client } = start();
    await client.profile("bob");
    await client.settings();
    await client.follow("bob");
    world.asked.length = 0;
    expect(await client.profile("bob"), "shown until the new one is there").toEqual({ n: 1 });
    await client.settings();
    await settled();
    expect(world.asked).toEqual(["GET /v1/users/bob"]);
  });

  it("are not undone by an answer that left before them", async ({ expect }) => {
    const { world, client, cache } = start();
    const slow = Promise.withResolvers<unknown>();
    const early = cache.read("/v1/settings", "settings", { mode: "swr" }, () => slow.promise);
    await settled();
    world.nowMs += 1;
    await client.updateSettings({
      feedMode: "ranked",
      defaultAudience: "public",
      theme: "dark",
      autoplay: true,
    });
    slow.resolve({ n: "from before" });
    await early;
    world.asked.length = 0;
    await client.settings();
    await settled();
    expect(world.asked).toEqual(["GET /v1/settings"]);
  });

  it("can be put into what is kept, which is no younger for it", async ({ expect }) => {
    const { world, client, cache } = start();
    await client.feed();
    world.nowMs += MINUTE;
    await cache.amend("/v1/feed", { n: "liked" });
    await cache.amend("/v1/feed?limit=3", { n: "never read" });
    expect(await cache.peek("/v1/feed")).toEqual({ value: { n: "liked" }, atMs: 1_000_000 });
    expect(await cache.peek("/v1/feed?limit=3")).toBeNull();
  });
});

describe("bounds", () => {
  const entry = (usedAtMs: number, bytes: number, atMs = usedAtMs) => ({ usedAtMs, bytes, atMs });

  it("let the least recently used go first, by number, bytes and age", ({ expect }) => {
    const many = new Map(
      Array.from({ length: LIMITS.l1EntriesMax + 2 }, (_, i) => [`k${i}`, entry(1_000 + i, 1)]),
    );
    expect(surplus(many, 2_000)).toEqual(["k1", "k0"]);
    const large = new Map([
      ["old", entry(1, 1_000)],
      ["new", entry(2, LIMITS.l1BytesMax - 10)],
    ]);
    expect(surplus(large, 2_000)).toEqual(["old"]);
    const aged = new Map([["x", entry(LIMITS.l1KeepMs, 1, 0)]]);
    expect(surplus(aged, LIMITS.l1KeepMs)).toEqual(["x"]);
    expect(surplus(aged, LIMITS.l1KeepMs - 1)).toEqual([]);
  });

  it("hold for what is stored", async ({ expect }) => {
    const store = memoryStore();
    const { client, cache } = start(store);
    for (let i = 0; i < LIMITS.l1EntriesMax + 5; i++) await client.post(String(i));
    expect((await cache.stats()).entries).toBe(LIMITS.l1EntriesMax);
    expect(await store.entries()).toHaveLength(LIMITS.l1EntriesMax);
    await cache.leave();
    expect(await store.entries()).toEqual([]);
  });

  it("a device that keeps nothing only makes misses", async ({ expect }) => {
    const broken = () => Promise.reject(new Error("blocked"));
    const { client, cache } = start({
      get: broken,
      set: broken,
      delete: broken,
      entries: broken,
      clear: broken,
    });
    expect([await client.settings(), await client.settings()]).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await cache.stats()).toMatchObject({ hits: 0, misses: 2 });
  });
});
