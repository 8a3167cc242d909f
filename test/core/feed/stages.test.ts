import { describe, it } from "vitest";

import { feedPageSchema, type FeedPage } from "../../../core/feed/schemas.ts";
import { updateSettings } from "../../../core/feed/usecases/accounts.ts";
import { home } from "../../../core/feed/usecases/home.ts";
import { react } from "../../../core/feed/usecases/reactions.ts";
import { type Id, logicalShard, shardOf } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import type { Write } from "../../../core/tao/types.ts";
import { codeOf, FeedWorld, idsOf, must } from "../../fakes/feed-world.ts";
import { MemoryRanking } from "../../fakes/memory-ranking.ts";
import type { MemoryTao } from "../../fakes/memory-tao.ts";

const FIRST = { mode: undefined, limit: 20, cursor: undefined };

async function pair() {
  const world = new FeedWorld();
  const [viewer, author] = [await world.user("viewer"), await world.user("author")];
  await world.relate(viewer, author, "follow");
  return { world, viewer, author };
}

async function pageOver(world: FeedWorld, viewer: string, tao: MemoryTao): Promise<FeedPage> {
  return feedPageSchema.parse(JSON.parse(await must(home(world.as(viewer, { tao }), FIRST))));
}

/** Blocks of `viewer` by `first`, which are the oldest, and by more others than a list page holds. */
async function blockedByMany(world: FeedWorld, viewer: Id, first: readonly Id[]): Promise<void> {
  const block = (id1: Id, timeMs: number): Write => ({
    op: "assocAdd",
    id1,
    atype: ASSOC.blocks,
    id2: viewer,
    timeMs,
    data: "",
  });
  for (const id of first) await must(world.tao().write(shardOf(id), [block(id, 1)], null));
  const shard = logicalShard(7);
  for (const from of [0, 2_000, 4_000, 6_000]) {
    const writes = Array.from({ length: 2_000 }, (_, i) =>
      block(((BigInt(shard) << 43n) + BigInt(from + i)) as Id, 10),
    );
    await must(world.tao().write(shard, writes, null));
  }
}

describe("modes", () => {
  it("say how the page was made", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    await world.post(author);
    expect(await world.home(viewer, { mode: "latest" })).toMatchObject({
      mode: "latest",
      reason: "requested",
    });
    // New people have theirs ranked.
    expect(await world.home(viewer, { mode: undefined })).toMatchObject({
      mode: "chronological",
      reason: "no_ranker",
      model: null,
    });
    world.ranking = new MemoryRanking();
    const ranked = { mode: "ranked", reason: "ok", model: "model-1" };
    expect(await world.home(viewer, { mode: "ranked" })).toMatchObject(ranked);
    expect(await world.home(viewer, { mode: undefined })).toMatchObject(ranked);
    const settings = {
      feedMode: "latest",
      defaultAudience: "public",
      theme: "system",
      autoplay: true,
    } as const;
    await must(updateSettings(world.as(viewer), settings));
    expect(await world.home(viewer, { mode: undefined })).toMatchObject({
      mode: "latest",
      reason: "setting",
    });
    expect(await world.home(viewer, { mode: "ranked" })).toMatchObject(ranked);
    expect(await world.home(viewer, { mode: "latest" })).toMatchObject({ mode: "latest" });
  });

  it("go on in the order that a cursor began, and refuse another", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    const posts: string[] = [];
    for (let i = 0; i < 5; i++) posts.push((await world.post(author)).id);
    world.ranking = Object.assign(new MemoryRanking(), {
      likeOf: (post: string) => (post === posts[0] ? 0.9 : 0.1),
    });
    const first = await world.home(viewer, { mode: "ranked", limit: 2 });
    expect(first).toMatchObject({ mode: "ranked", reason: "ok" });
    // The model expects most of the oldest, and an author's second post is held back.
    expect(idsOf(first)[0]).toBe(posts[0]);
    const cursor = first.cursor ?? undefined;
    expect(await codeOf(home(world.as(viewer), { mode: "latest", limit: 2, cursor }))).toBe(
      "invalid_cursor",
    );
    const rest = await world.home(viewer, { mode: undefined, limit: 20, cursor });
    expect(rest).toMatchObject({ mode: "ranked", cursor: null });
    expect([...idsOf(first), ...idsOf(rest)].toSorted()).toEqual(posts.toSorted());
  });
});

describe("stages", () => {
  it.for(["read", "union"] as const)(
    "fail the page when the %s they need is away",
    async (what, { expect }) => {
      const { world, viewer } = await pair();
      const tao = world.tao();
      tao.down.add(what);
      expect(await codeOf(home(world.as(viewer, { tao }), FIRST))).toBe("unavailable");
      expect(await codeOf(home(world.as(null), FIRST))).toBe("unauthenticated");
    },
  );

  it("fail the page, not the privacy, when relations come late", async ({ expect }) => {
    const { world, viewer } = await pair();
    const tao = world.tao();
    tao.read = () => new Promise(() => {});
    world.sleep = () => Promise.resolve();
    expect(await codeOf(home(world.as(viewer, { tao }), FIRST))).toBe("deadline_exceeded");
    const late = { ...world.as(viewer), deadlineMs: world.nowMs };
    expect(await codeOf(home(late, FIRST))).toBe("deadline_exceeded");
  });

  it("cost one call per shard: the viewer's, then one per author's shard", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    for (let i = 0; i < 10; i++) await world.post(author);
    const shards = new Set([viewer, author].map((id) => shardOf(BigInt(id) as Id) >> 16));
    expect(await world.home(viewer)).toMatchObject({ calls: 1 + shards.size });
  });

  it("find the viewer's reactions that the newest ones do not reach", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    const [loved, plain] = [await world.post(author), await world.post(author)];
    await must(react(world.as(viewer), "post", loved.id, "love"));
    const before = await world.home(viewer);
    const elsewhere = Array.from({ length: LIMITS.viewerReactionsMax }, (_, i): Write => ({
      op: "assocAdd",
      id1: BigInt(viewer) as Id,
      atype: ASSOC.likes,
      id2: BigInt(i + 1) as Id,
      timeMs: world.nowMs + 1 + i,
      data: '{"kind":"like"}',
    }));
    await must(world.tao().write(shardOf(BigInt(viewer) as Id), elsewhere, null));

    const after = await world.home(viewer);
    expect(after.items.map(({ id, viewer: own }) => [id, own.reaction])).toEqual([
      [plain.id, null],
      [loved.id, "love"],
    ]);
    expect(after.calls).toBe(before.calls + 1);

    const tao = world.tao();
    const read = tao.read.bind(tao);
    let reads = 0;
    tao.read = async (...args) => {
      if (++reads > 1) tao.down.add("read");
      return read(...args);
    };
    const open = await pageOver(world, viewer, tao);
    expect(open.items.map((item) => item.viewer.reaction)).toEqual([null, null]);
    expect(world.events.map(({ stage }) => stage)).toEqual(["reactions"]);
  });

  it("apply blocks beyond the first page of a long list", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    const { id } = await world.post(author);
    expect(idsOf(await world.home(viewer))).toEqual([id]);
    await blockedByMany(world, BigInt(viewer) as Id, [BigInt(author) as Id]);
    expect((await world.home(viewer)).items).toEqual([]);
  });

  it("ask about whom a page turns up when the list of blocks is too long to read", async ({
    expect,
  }) => {
    const { world, viewer, author } = await pair();
    const stranger = await world.user("stranger");
    const me = BigInt(viewer) as Id;
    const original = await world.post(stranger);
    const quote = await world.post(author, { quoteOf: original.id });
    await blockedByMany(world, me, [BigInt(stranger) as Id]);
    expect(await world.home(viewer)).toMatchObject({ items: [{ id: quote.id, quoteOf: null }] });
    await world.relate(stranger, viewer, "block", false);
    expect(await world.home(viewer)).toMatchObject({ items: [{ quoteOf: { id: original.id } }] });
  });

  it("merge everybody of a list longer than a page", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    const { id } = await world.post(author);
    const me = BigInt(viewer) as Id;
    const follow = (i: number): Write => ({
      op: "assocAdd",
      id1: me,
      atype: ASSOC.follows,
      id2: BigInt(i + 1) as Id,
      timeMs: world.nowMs + i,
      data: "",
    });
    for (const from of [0, 2_000, 4_000, 6_000]) {
      const writes = Array.from({ length: 2_000 }, (_, i) => follow(from + i));
      await must(world.tao().write(shardOf(me), writes, null));
    }
    expect(idsOf(await world.home(viewer))).toEqual([id]);
  });
});

describe("refills", () => {
  it("fill a page past hidden posts, and give an honest empty page when there are too many", async ({
    expect,
  }) => {
    const { world, viewer, author } = await pair();
    const oldest = await world.post(author);
    for (let i = 0; i < 12; i++) await world.post(author, { audience: "only_me" });
    expect(idsOf(await world.home(viewer, { limit: 2 }))).toEqual([oldest.id]);

    for (let i = 0; i < 60; i++) await world.post(author, { audience: "only_me" });
    const seen: string[] = [];
    let pages = 0;
    let cursor: string | undefined;
    do {
      const page = await world.home(viewer, { limit: 2, cursor });
      if (page.cursor !== null) expect(page.items).toEqual([]);
      seen.push(...idsOf(page));
      pages++;
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([oldest.id]);
    expect(pages).toBe(3);
    expect(world.events[0]).toEqual({ event: "refills_exhausted", stage: "home", viewer });
  });

  it("has a cursor exactly while something may follow", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    for (let i = 0; i < 4; i++) await world.post(author);
    const first = await world.home(viewer, { limit: 2 });
    const second = await world.home(viewer, { limit: 2, cursor: first.cursor ?? undefined });
    expect(second.items).toHaveLength(2);
    expect(second.cursor).toBeNull();
    expect((await world.home(author, { limit: 4 })).cursor).toBeNull();
    expect((await world.home(author, { limit: 3 })).cursor).not.toBeNull();
  });
});
