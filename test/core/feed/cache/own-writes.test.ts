import { describe, it } from "vitest";

import type { Call, Outcome } from "../../../../core/feed/call.ts";
import { tellOthers } from "../../../../core/feed/home-cache.ts";
import { OwnWrites } from "../../../../core/feed/cache/own-writes.ts";
import type { OwnWrite } from "../../../../core/feed/cache/port.ts";
import type { FeedPage } from "../../../../core/feed/schemas.ts";
import { addComment, deleteComment } from "../../../../core/feed/usecases/comments.ts";
import { home } from "../../../../core/feed/usecases/home.ts";
import { markRead } from "../../../../core/feed/usecases/notifications.ts";
import { react } from "../../../../core/feed/usecases/reactions.ts";
import { unrelate } from "../../../../core/feed/usecases/relations.ts";
import type { Id } from "../../../../core/ids.ts";
import type { PhysicalShard } from "../../../../core/tao/shard-map.ts";
import type { Version } from "../../../../core/tao/version.ts";
import { FeedWorld, must } from "../../../fakes/feed-world.ts";
import { MemoryFeedCache } from "../../../fakes/memory-feed-cache.ts";
import { MemoryTao } from "../../../fakes/memory-tao.ts";

/** One device of the viewer: its ticket names all that it wrote before. */
class TicketHolder {
  readonly #world: FeedWorld;
  readonly #viewer: string;
  #wrote: ReadonlyMap<PhysicalShard, Version> = new Map();

  constructor(world: FeedWorld, viewer: string) {
    this.#world = world;
    this.#viewer = viewer;
  }

  async do<T>(ask: (call: Call) => Outcome<T>): Promise<T> {
    const world = this.#world;
    const tao = new MemoryTao({ nowMs: () => ++world.nowMs, wrote: this.#wrote }, world.graph);
    const call = world.as(this.#viewer, { tao });
    const value = await must(ask(call));
    tellOthers(call, this.#wrote);
    this.#wrote = tao.wrote();
    await world.settled();
    return value;
  }

  /** What the newest post of its feed says, and in how many calls: 1 is a hit. */
  async newest() {
    const text = await this.do((call) =>
      home(call, { mode: "latest", limit: 20, cursor: undefined }),
    );
    const { calls, items } = JSON.parse(text) as FeedPage;
    const { reactions, comments } = items[0]?.counts ?? {};
    return { calls, reactions, comments, reaction: items[0]?.viewer.reaction };
  }
}

/** A viewer with two devices, who has read the post of an author whom they follow. */
async function start() {
  const world = new FeedWorld();
  const [viewer, author] = [await world.user("viewer"), await world.user("author")];
  await world.relate(viewer, author, "follow");
  const cache = new MemoryFeedCache(() => world.nowMs);
  world.cache = cache;
  const { id } = await world.post(author);
  const [phone, laptop] = [new TicketHolder(world, viewer), new TicketHolder(world, viewer)];
  await phone.newest();
  return { world, author, cache, post: id, phone, laptop };
}

const LIKED = { calls: 1, reactions: 1, comments: 0, reaction: "like" };

describe("the feed of somebody who reacts and comments", () => {
  it("shows it at once, from the entry that was there", async ({ expect }) => {
    const { world, cache, post, phone } = await start();
    await phone.do((call) => react(call, "post", post, "like"));
    expect(await phone.newest()).toEqual(LIKED);
    const said = await phone.do((call) => addComment(call, post, { text: "so it is" }));
    await phone.do((call) => react(call, "comment", said.id, "love"));
    await phone.do((call) => markRead(call, world.nowMs));
    expect(await phone.newest()).toEqual({ ...LIKED, comments: 1 });
    await phone.do((call) => react(call, "post", post, "love"));
    await phone.do((call) => deleteComment(call, said.id));
    expect(await phone.newest()).toEqual({ ...LIKED, reaction: "love" });
    await phone.do((call) => react(call, "post", post, null));
    expect(await phone.newest()).toEqual({ ...LIKED, reactions: 0, reaction: null });
    expect(cache.bucket.stats().misses).toMatchObject({ cold: 1, void: 0 });
  });

  it("is built anew where the cache was not told", async ({ expect }) => {
    const { world, cache, post, phone } = await start();
    cache.isAway = true;
    await phone.do((call) => react(call, "post", post, "like"));
    expect(world.events.map(({ event }) => event)).toContain("cache_failed");
    cache.isAway = false;
    await phone.do((call) => react(call, "post", post, "love"));
    const { calls, ...shown } = await phone.newest();
    expect(calls).toBeGreaterThan(1);
    expect({ calls: 1, ...shown }).toEqual({ ...LIKED, reaction: "love" });
    expect(cache.bucket.stats().misses).toMatchObject({ void: 1 });
  });

  it("is built anew after a write of another kind, by whichever device", async ({ expect }) => {
    const { author, cache, post, phone, laptop } = await start();
    await phone.do((call) => react(call, "post", post, "like"));
    await laptop.do((call) => unrelate(call, author, "follow"));
    await phone.do((call) => react(call, "post", post, "love"));
    // Fan-out has told nothing yet. What the phone wrote came later, so its pages show both.
    expect(await phone.newest(), "nothing is left").toMatchObject({ reaction: undefined });
    expect(cache.bucket.stats().misses).toMatchObject({ void: 1 });
    expect(await laptop.newest()).toMatchObject({ calls: 1, reaction: undefined });
  });
});

it("does not show what comes late of a post where something newer was read", ({ expect }) => {
  const post = 100n as Id;
  const [first, second]: readonly [Version, Version] = [
    { epoch: 1, seq: 1 },
    { epoch: 1, seq: 2 },
  ];
  const write = (prev: Version | null, at: Version, reaction: "like" | null): OwnWrite => ({
    viewer: 7n as Id,
    shard: 0 as PhysicalShard,
    prev,
    at,
    change: { post, reaction, of: "reactions", count: 1, countAt: at },
  });
  const own = new OwnWrites();
  // Taken back so long ago that whoever built the entry read it; the like itself is told only now.
  own.add(write(first, second, null), false);
  expect(own.add(write(null, first, "like"), true)).toBe(false);
  expect(own.reactionTo(post)).toBeUndefined();
});
